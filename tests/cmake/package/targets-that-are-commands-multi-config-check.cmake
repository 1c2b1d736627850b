run(COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${build}" -C Debug -N)
expect_no(stdout "verify")
run(COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${build}" -C Deploy -L "^verify$" -N)
expect(stdout "orders\\.verify-prod")
