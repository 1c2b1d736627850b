# What find_package(cicd) reads of a checkout, with -Dcicd_DIR=<checkout>/cmake/sources: the driver is built from it.
include("${CMAKE_CURRENT_LIST_DIR}/../_cicd_cxx.cmake")
_cicd_check_components()
if(_cicd_components_are_known)
  include("${CMAKE_CURRENT_LIST_DIR}/../cicd.cmake")
  cmake_path(SET _cicd_checkout NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../..")
  cmake_path(GET _cicd_checkout PARENT_PATH _cicd_parent) # without the slash at the end
  file(STRINGS "${_cicd_parent}/VERSION" _cicd_version LIMIT_COUNT 1)
  _cicd_use("${_cicd_version}" "${_cicd_parent}" "${_cicd_parent}/templates"
    "${_cicd_parent}/include" "" "")
  unset(_cicd_checkout)
  unset(_cicd_parent)
  unset(_cicd_version)
  if("testing" IN_LIST cicd_FIND_COMPONENTS)
    _cicd_add_testing()
    set(cicd_testing_FOUND TRUE)
  endif()
endif()
