run(COMMAND "${CMAKE_COMMAND}" --build "${build}" --target orders.lint)
expect(stdout "it ran")
run(COMMAND "${build}/.cicd/cicd" plan --json)
expect(stdout "orders")
