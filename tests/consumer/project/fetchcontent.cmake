include(FetchContent)
FetchContent_Declare(cicd GIT_REPOSITORY "${CICD_SOURCE}" GIT_TAG main)
FetchContent_MakeAvailable(cicd)
