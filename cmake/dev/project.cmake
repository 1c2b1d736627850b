# What cicd's own build tree has and a guest's has not: driver, tests, demo, the package to install.
include(cmake/dev/demo_target.cmake)
option(CICD_BUILD "builds driver, package and tests here; without it there is only the demo, which takes the driver from the cache" ON)
if(NOT CICD_BUILD)
  return()
endif()
enable_language(CXX)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
option(CICD_WERROR "warnings are errors" OFF)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
set(CICD_WARNINGS -Wall -Wextra -Wpedantic $<$<BOOL:${CICD_WERROR}>:-Werror>)
add_subdirectory(driver)

include(cmake/dev/package.cmake)

if(TARGET cicd)
  add_executable(bench_image_tool EXCLUDE_FROM_ALL tests/image/image_tool.cpp)
  target_link_libraries(bench_image_tool PRIVATE cicd_bodies)
  add_executable(spawn_bench EXCLUDE_FROM_ALL bench/spawn/spawn_bench.cpp)
  target_link_libraries(spawn_bench PRIVATE cicd_bodies)
  add_executable(fleet_bench EXCLUDE_FROM_ALL bench/fleet/fleet_bench.cpp)
  target_link_libraries(fleet_bench PRIVATE cicd_bodies)
  add_executable(scan_bench EXCLUDE_FROM_ALL bench/scan/scan_bench.cpp)
  target_link_libraries(scan_bench PRIVATE cicd_bodies)
  set_target_properties(bench_image_tool spawn_bench fleet_bench scan_bench PROPERTIES CXX_STANDARD 20 CXX_EXTENSIONS OFF)
  set(bench "${PROJECT_SOURCE_DIR}/bench")
  add_custom_target(bench
    COMMAND "${bench}/driver/run" --package "${PROJECT_BINARY_DIR}/package"
    COMMAND "${bench}/image/run" $<TARGET_FILE:bench_image_tool>
    COMMAND "${bench}/zip/run" $<TARGET_FILE:bench_image_tool>
    COMMAND "${bench}/no-op-index/run"
    COMMAND spawn_bench
    COMMAND "${bench}/scan/run" $<TARGET_FILE:scan_bench>
    COMMAND "${bench}/driver-build/run"
    COMMENT "the benchmarks" USES_TERMINAL VERBATIM)
  add_dependencies(bench cicd bench_image_tool scan_bench)
endif()

# What a developer runs now and then. `docs` writes into the source tree what tests compare with it.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/*.[hi]pp" "${PROJECT_SOURCE_DIR}/driver/*.cpp"
  "${PROJECT_SOURCE_DIR}/tests/unit/*.[hc]pp")
add_custom_target(format COMMAND clang-format-14 -i ${sources} COMMENT "formats the sources" VERBATIM)
get_property(bodies GLOBAL PROPERTY CICD_BODIES)
add_custom_target(tidy COMMAND clang-tidy-14 -p "${PROJECT_BINARY_DIR}" --quiet ${bodies} COMMENT "clang-tidy over the bodies" VERBATIM)
if(TARGET cicd)
  add_custom_target(docs
    COMMAND "${CMAKE_COMMAND}" -P "${PROJECT_SOURCE_DIR}/cmake/dev/field_docs.cmake"
    COMMAND cicd reference > "${PROJECT_SOURCE_DIR}/docs/reference.md"
    COMMAND cicd reference --schema > "${PROJECT_SOURCE_DIR}/docs/schema/pipeline.schema.json"
    COMMENT "declare/options/fields_docs_*.inc, docs/reference.md and docs/schema" VERBATIM)
  add_dependencies(docs cicd)
endif()

option(BUILD_TESTING "the test suites, which need what ./setup --tests installs" ON)
if(BUILD_TESTING)
  enable_testing()
  add_subdirectory(tests)
endif()
