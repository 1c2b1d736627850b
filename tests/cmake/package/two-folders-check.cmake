# Declared in one folder, extended in another, before it in file order; the package found three times.
run(COMMAND "${CMAKE_COMMAND}" --build "${build}" --target help)
expect(stdout "orders\\.lint: phony")
expect_file("${build}/.cicd/declarations.ndjson" "\"directory\":\"${source}/sub\"")
