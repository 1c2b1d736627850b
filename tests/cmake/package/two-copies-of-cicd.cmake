add_subdirectory("${CICD_SOURCE}" second)
