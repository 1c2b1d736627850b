run(COMMAND "${CMAKE_COMMAND}" --build "${build}" --target billing.scan)
expect(stdout "generated first.*scanned sha256:")
run(COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${build}" -R billing.scan)
expect(stdout "100% tests passed")
