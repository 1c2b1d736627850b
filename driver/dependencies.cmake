# The target cicd_dependencies: the libraries of the driver, found by their headers' own versions and as static archives.
# All that is missing is said at once, with the package that brings it, in <build>/missing.txt too: the configure that
# started this one prints it.

set(missing "")

# Notes that a part is missing: its name with the version that will do, and packages of Debian 12 and of Debian 13 and Ubuntu 24.04.
macro(note_missing what debian ubuntu)
  string(APPEND missing "  ${what}: apt-get install ${debian}")
  if(NOT "${debian}" STREQUAL "${ubuntu}")
    string(APPEND missing " (Debian 12) or ${ubuntu} (Debian 13, Ubuntu 24.04)")
  endif()
  string(APPEND missing "\n")
endmacro()

# Looks for a header, checks a number in it (where it has one), and looks for the static library (any, where there is no
# static one).
# find_part(<name> HEADER <header> [VERSION_IN <header> MACRO <name of a number>] LEAST <number> SAID <version>
#   PACKAGE <Debian's> [UBUNTU <Ubuntu's>] [LIBRARY <name>…])
function(find_part name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER;VERSION_IN;MACRO;LEAST;SAID;PACKAGE;UBUNTU" "LIBRARY")
  if(NOT arg_UBUNTU)
    set(arg_UBUNTU ${arg_PACKAGE})
  endif()
  find_path(${name}_INCLUDE "${arg_HEADER}" HINTS ENV BOOST_ROOT PATH_SUFFIXES include)
  set(number 0)
  if(${name}_INCLUDE AND NOT arg_MACRO)
    set(number ${arg_LEAST})
  elseif(${name}_INCLUDE)
    file(STRINGS "${${name}_INCLUDE}/${arg_VERSION_IN}" line REGEX "^#[ \t]*define[ \t]+${arg_MACRO}[ \t]" LIMIT_COUNT 1)
    string(REGEX REPLACE "^#[ \t]*define[ \t]+${arg_MACRO}[ \t(]+([0-9a-fA-Fx]+).*" "\\1" number "${line}")
    math(EXPR number "${number}")
  endif()
  set(there TRUE)
  if(number LESS arg_LEAST)
    set(there FALSE)
  endif()
  set(libraries "")
  foreach(library IN LISTS arg_LIBRARY)
    find_library(${library}_ARCHIVE NAMES lib${library}.a ${library} HINTS ENV BOOST_ROOT PATH_SUFFIXES lib)
    list(APPEND libraries "${${library}_ARCHIVE}")
    if(NOT ${library}_ARCHIVE)
      set(there FALSE)
    endif()
  endforeach()
  if(there)
    target_include_directories(cicd_dependencies SYSTEM INTERFACE "${${name}_INCLUDE}")
    set_property(TARGET cicd_dependencies APPEND PROPERTY CICD_HEADERS "${${name}_INCLUDE}/${arg_HEADER}")
    target_link_libraries(cicd_dependencies INTERFACE ${libraries})
  else()
    note_missing("${name} ${arg_SAID} or later" ${arg_PACKAGE} ${arg_UBUNTU})
  endif()
  set(${name}_NUMBER ${number} PARENT_SCOPE)
  set(${name}_LIBRARY "${libraries}" PARENT_SCOPE)
  set(missing "${missing}" PARENT_SCOPE)
endfunction()

add_library(cicd_dependencies INTERFACE)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  note_missing("g++ 12 or later (found ${CMAKE_CXX_COMPILER_VERSION}; or set CICD_HOST_CXX)" g++ g++)
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  note_missing("clang++ 14 or later (found ${CMAKE_CXX_COMPILER_VERSION}; or set CICD_HOST_CXX)" clang-14 clang-18)
endif()

# An archive's users come before it: archive and OpenSSL, then what these read and write by (OpenSSL 3.5 compresses by zlib and zstd).
find_part(Boost HEADER boost/asio.hpp VERSION_IN boost/version.hpp MACRO BOOST_VERSION LEAST 108100 SAID 1.81
  PACKAGE libboost1.81-dev UBUNTU libboost-dev)
find_part(fmt HEADER fmt/core.h VERSION_IN fmt/core.h MACRO FMT_VERSION LEAST 90000 SAID 9.0 PACKAGE libfmt-dev)
find_part(CLI11 HEADER CLI/CLI.hpp VERSION_IN CLI/Version.hpp MACRO CLI11_VERSION_MAJOR LEAST 2 SAID 2.1
  PACKAGE libcli11-dev)
find_part(libarchive HEADER archive.h VERSION_IN archive.h MACRO ARCHIVE_VERSION_NUMBER LEAST 3006000 SAID 3.6
  PACKAGE libarchive-dev LIBRARY archive)
find_part(OpenSSL HEADER openssl/opensslv.h VERSION_IN openssl/opensslv.h MACRO OPENSSL_VERSION_MAJOR LEAST 3 SAID 3.0
  PACKAGE libssl-dev LIBRARY ssl crypto)
find_part(SQLite HEADER sqlite3.h VERSION_IN sqlite3.h MACRO SQLITE_VERSION_NUMBER LEAST 3037000 SAID 3.37
  PACKAGE libsqlite3-dev LIBRARY sqlite3)
find_part(libdeflate HEADER libdeflate.h VERSION_IN libdeflate.h MACRO LIBDEFLATE_VERSION_MAJOR LEAST 1 SAID 1.10
  PACKAGE libdeflate-dev LIBRARY deflate)
find_part(zlib HEADER zlib.h VERSION_IN zlib.h MACRO ZLIB_VERNUM LEAST 4608 SAID 1.2 PACKAGE zlib1g-dev LIBRARY z)
find_part(zstd HEADER zstd.h VERSION_IN zstd.h MACRO ZSTD_VERSION_MINOR LEAST 4 SAID 1.4 PACKAGE libzstd-dev LIBRARY zstd)
find_part(liblzma HEADER lzma.h VERSION_IN lzma/version.h MACRO LZMA_VERSION_MAJOR LEAST 5 SAID 5.2
  PACKAGE liblzma-dev LIBRARY lzma)
find_part(libyaml HEADER yaml.h LEAST 1 SAID 0.2 PACKAGE libyaml-dev LIBRARY yaml)

# A static libarchive needs what its zip reader and its filters need, which differs between systems. Where that is not to be
# had as static archives, libarchive is linked as a shared library: the driver works the same and starts a little slower.
if(libarchive_LIBRARY MATCHES "\\.a$" AND NOT missing)
  set(closing "")
  foreach(name IN ITEMS bz2 nettle lz4)
    find_library(${name}_LIBRARY NAMES lib${name}.a)
    if(${name}_LIBRARY)
      list(APPEND closing "${${name}_LIBRARY}")
    endif()
  endforeach()
  set(libraries ${libarchive_LIBRARY} ${zlib_LIBRARY} ${zstd_LIBRARY} ${liblzma_LIBRARY} ${closing} ${OpenSSL_LIBRARY})
  try_compile(CICD_STATIC_ARCHIVE "${CMAKE_CURRENT_BINARY_DIR}/archive_check"
    "${CMAKE_CURRENT_LIST_DIR}/archive_check.cpp" LINK_OPTIONS -Wl,--gc-sections LINK_LIBRARIES ${libraries} pthread ${CMAKE_DL_LIBS})
  if(CICD_STATIC_ARCHIVE)
    target_link_libraries(cicd_dependencies INTERFACE ${closing})
    # Its parts that are not called need more libraries than are looked for here.
    target_link_options(cicd_dependencies INTERFACE -Wl,--gc-sections)
  else()
    find_library(libarchive_SHARED NAMES archive)
    get_property(libraries TARGET cicd_dependencies PROPERTY INTERFACE_LINK_LIBRARIES)
    list(TRANSFORM libraries REPLACE "^${libarchive_LIBRARY}$" "${libarchive_SHARED}")
    set_property(TARGET cicd_dependencies PROPERTY INTERFACE_LINK_LIBRARIES "${libraries}")
  endif()
endif()

find_package(Threads REQUIRED)
target_link_libraries(cicd_dependencies INTERFACE Threads::Threads ${CMAKE_DL_LIBS})

file(REMOVE "${CMAKE_BINARY_DIR}/missing.txt")
if(missing)
  set(missing "cicd: error: the driver cannot be built here, these are missing:\n${missing}  try: ./setup\n")
  file(WRITE "${CMAKE_BINARY_DIR}/missing.txt" "${missing}")
  message(NOTICE "${missing}")
  message(FATAL_ERROR "cicd: parts are missing, see above")
endif()
