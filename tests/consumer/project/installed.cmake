find_package(cicd 0.1 REQUIRED)
