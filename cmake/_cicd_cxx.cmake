# What the C++ targets cicd::cicd and cicd::testing are compiled and linked with. Looked for only when a project asks for it: by
# find_package(cicd COMPONENTS cxx testing), or by CICD_CXX or CICD_TESTING before add_subdirectory(cicd).

# Refuses, for find_package(cicd COMPONENTS …), a component that there is none of. What it sets is the caller's.
macro(_cicd_check_components)
  set(_cicd_components_are_known TRUE)
  foreach(_cicd_component IN LISTS cicd_FIND_COMPONENTS)
    if(cicd_FIND_REQUIRED_${_cicd_component} AND NOT _cicd_component MATCHES "^(cxx|testing)$")
      set(_cicd_components_are_known FALSE)
      set(cicd_FOUND FALSE)
      set(cicd_NOT_FOUND_MESSAGE "cicd has no component '${_cicd_component}'; there are: cxx, testing")
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
  if("testing" IN_LIST cicd_FIND_COMPONENTS)
    _cicd_add_testing()
    set(cicd_testing_FOUND TRUE)
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

# cicd::testing: an archive that lies beside the driver's other one, and the templates that a pipeline may have, those of
# CICD_TEMPLATE_PATH first.
function(_cicd_add_testing)
  if(TARGET cicd::testing)
    return()
  endif()
  _cicd_find_driver(driver)
  foreach(name IN ITEMS LIBRARY HEADERS TEMPLATES)
    get_property(${name} GLOBAL PROPERTY _CICD_${name})
  endforeach()
  cmake_path(REPLACE_FILENAME LIBRARY libcicd_testing.a)
  if(NOT EXISTS "${LIBRARY}")
    _cicd_build_testing("${LIBRARY}")
  endif()
  set(templates "")
  foreach(folder IN LISTS CICD_TEMPLATE_PATH)
    cmake_path(ABSOLUTE_PATH folder NORMALIZE)
    string(APPEND templates "${folder}:")
  endforeach()
  add_library(cicd::testing STATIC IMPORTED GLOBAL)
  set_target_properties(cicd::testing PROPERTIES
    IMPORTED_LOCATION "${LIBRARY}" IMPORTED_LINK_INTERFACE_LANGUAGES CXX
    INTERFACE_COMPILE_FEATURES cxx_std_20 INTERFACE_INCLUDE_DIRECTORIES "${HEADERS}"
    INTERFACE_COMPILE_DEFINITIONS "CICD_TEMPLATES=\"${templates}${TEMPLATES}\"")
endfunction()
