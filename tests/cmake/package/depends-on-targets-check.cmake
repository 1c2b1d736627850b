run(COMMAND "${CMAKE_COMMAND}" --build "${build}" --target orders.lint)
expect(stdout "generated first.*then linted")
