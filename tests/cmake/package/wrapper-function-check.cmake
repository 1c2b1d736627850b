expect_file("${build}/.cicd/declarations.ndjson" "\"list_file\":\"${source}/CMakeLists.txt\",\"which\":2")
