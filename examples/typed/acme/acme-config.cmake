# What find_package(acme) gives: the folder of the headers.
set(acme_INCLUDE_DIRS "${CMAKE_CURRENT_LIST_DIR}/include")
