# A toolchain file of the preset "fuzz": the clang that ./setup --tests installs.
include("${CMAKE_CURRENT_LIST_DIR}/find_clang.cmake")
cicd_find_clang(CICD_CLANG clang++)
set(CMAKE_CXX_COMPILER "${CICD_CLANG}")
