# A toolchain file of the preset "fuzz": the clang that ./setup --tests installs, whose program has its version in the name on some systems.
find_program(CICD_CLANG NAMES clang++-14 clang++-18 clang++-19 clang++)
if(NOT CICD_CLANG)
  message(FATAL_ERROR "cicd: clang++ is missing; try ./setup --tests")
endif()
set(CMAKE_CXX_COMPILER "${CICD_CLANG}")
