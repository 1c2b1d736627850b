find_package(cicd COMPONENTS nope)
find_package(cicd REQUIRED OPTIONAL_COMPONENTS nope)
find_package(cicd REQUIRED COMPONENTS cxx nope)
