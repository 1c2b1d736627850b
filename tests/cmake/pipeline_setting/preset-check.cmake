# A preset gives settings as -D does, also a boolean of JSON; what is configured again keeps them, and -U gives them back.
run(COMMAND "${build}/.cicd/cicd" run web.build)
expect_file("${build}/.cicd/work/web/build/seen" "sa-east-1 8 true\n")
run(COMMAND "${build}/.cicd/cicd" explain web.region)
expect(stdout "  VALUE sa-east-1\n      -Dweb\\.region of this build tree\n")
run(COMMAND "${CMAKE_COMMAND}" -Uweb.* "${build}")
run(COMMAND "${build}/.cicd/cicd" run web.build)
expect_file("${build}/.cicd/work/web/build/seen" "us-east-1 4 false\n")
