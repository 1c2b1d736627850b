# Read by CPack before it makes a package: which C library the driver that is packed needs, told by the driver itself. It may
# load nothing else, since the package goes to machines that have nothing else.
file(STRINGS "${CPACK_CICD_DRIVER}" loaded REGEX "^lib[a-z0-9_+-]+\\.so(\\.[0-9]+)*$")
list(REMOVE_DUPLICATES loaded)
list(REMOVE_ITEM loaded libc.so.6 libm.so.6)
if(loaded)
  list(JOIN loaded ", " loaded)
  message(FATAL_ERROR "cicd: the driver loads shared libraries, and would not run where they are missing: ${loaded}; "
    "it links static ones where they are installed: try ./setup, then build it anew")
endif()

file(STRINGS "${CPACK_CICD_DRIVER}" versions REGEX "^GLIBC_[0-9.]+$")
list(TRANSFORM versions REPLACE "^GLIBC_" "")
list(SORT versions COMPARE NATURAL ORDER DESCENDING)
list(GET versions 0 newest)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= ${newest}), cmake (>= 3.25)")
include("${CMAKE_CURRENT_LIST_DIR}/package_licenses.cmake")
