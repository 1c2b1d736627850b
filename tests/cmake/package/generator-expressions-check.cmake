expect_file("${build}/.cicd/declarations.ndjson" [=["echo",{"genex":"1"},{"genex":"2"}]]=])
expect_file("${build}/.cicd/genex/1-" [=[a;b "c" \]=])
run(COMMAND "${CMAKE_COMMAND}" --build "${build}" --target orders.show)
expect(stdout [=[a;b "c" \\ <x>]=])
