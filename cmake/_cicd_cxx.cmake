# What the C++ target cicd::cicd is compiled and linked with. Looked for only when a project asks for it: by
# find_package(cicd COMPONENTS cxx), or by CICD_CXX before add_subdirectory(cicd).

# Refuses, for find_package(cicd COMPONENTS …), a component that there is none of. What it sets is the caller's.
macro(_cicd_check_components)
  set(_cicd_components_are_known TRUE)
  foreach(_cicd_component IN LISTS cicd_FIND_COMPONENTS)
    if(cicd_FIND_REQUIRED_${_cicd_component} AND NOT _cicd_component STREQUAL "cxx")
      set(_cicd_components_are_known FALSE)
      set(cicd_FOUND FALSE)
      set(cicd_NOT_FOUND_MESSAGE "cicd has no component '${_cicd_component}'; there is: cxx")
    endif()
  endforeach()
  unset(_cicd_component)
endmacro()

# Brings the components that were asked for.
macro(_cicd_find_components)
  if("cxx" IN_LIST cicd_FIND_COMPONENTS)
    get_property(_cicd_linked TARGET cicd::cicd PROPERTY INTERFACE_LINK_LIBRARIES)
    if(NOT _cicd_linked)
      _cicd_link_cxx(cicd::cicd)
    endif()
    unset(_cicd_linked)
    set(cicd_cxx_FOUND TRUE)
  endif()
endmacro()

# A macro: what find_package() sets is the caller's. The project must have enabled CXX.
macro(_cicd_link_cxx target)
  set(_cicd_global "${CMAKE_FIND_PACKAGE_TARGETS_GLOBAL}")
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
  find_package(Boost 1.81 CONFIG REQUIRED)
  find_package(OpenSSL REQUIRED)
  find_package(LibArchive REQUIRED)
  find_package(SQLite3 REQUIRED)
  find_package(Threads REQUIRED)
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL "${_cicd_global}")
  unset(_cicd_global)
  target_link_libraries(${target} INTERFACE Boost::headers OpenSSL::SSL OpenSSL::Crypto LibArchive::LibArchive SQLite::SQLite3
    Threads::Threads deflate z zstd lzma yaml)
endmacro()
