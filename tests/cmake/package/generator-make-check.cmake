# The same as under Ninja; the generator is in the options.
include("${CMAKE_CURRENT_LIST_DIR}/generator-ninja-check.cmake")
