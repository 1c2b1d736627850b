# The CMake package: what find_package(cicd) and add_subdirectory(cicd) have in common.
# The public functions record their calls and know no keyword; at the end of configure the driver reads the records and
# says which targets and tests there are. State lies in GLOBAL properties, since a call that is deferred to the top level
# does not see what a sub-directory's find_package has set.
cmake_policy(VERSION 3.25...4.1)

file(GLOB _cicd_files "${CMAKE_CURRENT_LIST_DIR}/_cicd_*.cmake" "${CMAKE_CURRENT_LIST_DIR}/add_*.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/pipeline_*.cmake")
foreach(_cicd_file IN LISTS _cicd_files)
  include("${_cicd_file}")
endforeach()
unset(_cicd_files)
unset(_cicd_file)

# Says which copy of cicd this build tree uses: _cicd_use(<version> <root> <templates> <headers> <driver, or empty: built here>
# <archive for C++ files of pipelines, or empty: beside that driver>)
function(_cicd_use version root templates headers driver library)
  file(REAL_PATH "${root}" root)
  get_property(known GLOBAL PROPERTY _CICD_ROOT)
  get_property(known_version GLOBAL PROPERTY _CICD_VERSION)
  if(known AND NOT known STREQUAL root)
    message(FATAL_ERROR
      "cicd: two copies in one build tree: ${known_version} in ${known} and ${version} in ${root}; use one of them")
  endif()
  set_property(GLOBAL PROPERTY _CICD_ROOT "${root}")
  set_property(GLOBAL PROPERTY _CICD_VERSION "${version}")
  set_property(GLOBAL PROPERTY _CICD_TEMPLATES "${templates}")
  set_property(GLOBAL PROPERTY _CICD_HEADERS "${headers}")
  set_property(GLOBAL PROPERTY _CICD_DRIVER "${driver}")
  set_property(GLOBAL PROPERTY _CICD_LIBRARY "${library}")
endfunction()
