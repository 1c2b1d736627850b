# What cicd's own build tree has and a guest's has not: driver, tests, demo, the package to install.
enable_language(CXX)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
option(CICD_WERROR "warnings are errors" OFF)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
set(CICD_WARNINGS -Wall -Wextra -Wpedantic $<$<BOOL:${CICD_WERROR}>:-Werror>)
add_subdirectory(driver)

include(cmake/dev/package.cmake)

add_custom_target(demo
  COMMAND "${CMAKE_COMMAND}" "-DEXAMPLE=${PROJECT_SOURCE_DIR}/examples/java-maven" "-DWORK=${PROJECT_BINARY_DIR}/demo"
    "-DPACKAGE=${PROJECT_BINARY_DIR}/package" -P "${PROJECT_SOURCE_DIR}/cmake/dev/demo.cmake"
  COMMENT "services-orders, from its sources to its stage" USES_TERMINAL VERBATIM)
add_dependencies(demo cicd)

option(BUILD_TESTING "the test suites, which need what ./setup --tests installs" ON)
if(BUILD_TESTING)
  enable_testing()
  add_subdirectory(tests)
endif()
