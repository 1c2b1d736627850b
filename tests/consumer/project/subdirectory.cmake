add_subdirectory("${CICD_SOURCE}" cicd)
