# What the C++ target cicd::cicd is compiled and linked with. Looked for only when a project asks for it: by
# find_package(cicd COMPONENTS cxx), or by CICD_CXX before add_subdirectory(cicd).

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
