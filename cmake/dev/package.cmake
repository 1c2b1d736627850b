# The package: what `cmake --install` puts where, what the target `package` makes of it, and <build>/package, which find_package
# takes from the build tree itself.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Bodies are headers of their own set: they are included in one place and do not stand alone.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/cicd/*.hpp")
file(GLOB_RECURSE bodies CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/cicd/*.ipp"
  "${PROJECT_SOURCE_DIR}/include/cicd/*.inc" "${PROJECT_SOURCE_DIR}/include/cicd/*src.hpp"
  "${PROJECT_SOURCE_DIR}/include/cicd/*src_*.hpp")
list(REMOVE_ITEM headers ${bodies})
target_sources(cicd_headers INTERFACE
  FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${headers}
  FILE_SET bodies TYPE HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${bodies})
set_target_properties(cicd_headers PROPERTIES EXPORT_NAME cicd VERIFY_INTERFACE_HEADER_SETS ON
  INTERFACE_HEADER_SETS_TO_VERIFY HEADERS)
set_target_properties(cicd_pipeline PROPERTIES EXPORT_NAME pipeline)

foreach(target IN ITEMS cicd_headers cicd_pipeline)
  target_include_directories(${target} INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
endforeach()

set(package_folder "${CMAKE_INSTALL_DATADIR}/cmake/cicd")
set(templates_folder "${CMAKE_INSTALL_DATADIR}/cicd/templates")
set(library_folder "${CMAKE_INSTALL_LIBDIR}/cicd")
file(GLOB functions CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/*.cmake")
configure_package_config_file(cmake/cicd-config.cmake.in package-installed/cicd-config.cmake
  INSTALL_DESTINATION "${package_folder}" PATH_VARS templates_folder library_folder CMAKE_INSTALL_BINDIR CMAKE_INSTALL_INCLUDEDIR
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(package-installed/cicd-config-version.cmake COMPATIBILITY SameMinorVersion
  ARCH_INDEPENDENT) # The driver runs where configure runs, whatever the project is compiled for.

install(TARGETS cicd RUNTIME)
install(TARGETS cicd_typed cicd_testing ARCHIVE DESTINATION "${library_folder}")
install(TARGETS cicd_headers cicd_pipeline EXPORT cicd-targets FILE_SET HEADERS FILE_SET bodies)
install(EXPORT cicd-targets NAMESPACE cicd:: DESTINATION "${package_folder}")
install(FILES ${functions} "${PROJECT_BINARY_DIR}/package-installed/cicd-config.cmake"
  "${PROJECT_BINARY_DIR}/package-installed/cicd-config-version.cmake" DESTINATION "${package_folder}")
install(DIRECTORY templates/ DESTINATION "${templates_folder}" USE_SOURCE_PERMISSIONS) # a skeleton has programs
install(DIRECTORY "${PROJECT_BINARY_DIR}/manual/" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" FILES_MATCHING PATTERN "*.1")
install(DIRECTORY "${PROJECT_BINARY_DIR}/manual/" DESTINATION "${CMAKE_INSTALL_MANDIR}/man7" FILES_MATCHING PATTERN "*.7")
install(FILES "${PROJECT_BINARY_DIR}/editors/cicd.code-snippets" DESTINATION "${CMAKE_INSTALL_DATADIR}/cicd/vscode")
install(FILES "${PROJECT_BINARY_DIR}/editors/completion.cmake" DESTINATION "${package_folder}")
install(FILES README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright)

# The target `package`: the same as an archive that lies anywhere, and as a Debian package, each with its SHA-256 beside it.
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_PACKAGE_NAME cicd)
set(CPACK_PACKAGE_VENDOR cicd)
set(CPACK_PACKAGE_CONTACT "cicd <cicd@localhost>" CACHE STRING "who makes the packages, as NAME <ADDRESS>")
mark_as_advanced(CPACK_PACKAGE_CONTACT)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "pipelines of services, declared in CMake, run by one command")
set(CPACK_PACKAGE_DESCRIPTION "A CMake package: add_pipeline() and a few calls give a service's targets build, test, scan, image,
publish and deploy. With the program that runs them; a project that uses it needs no compiler.")
string(TOLOWER "${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}" system)
set(CPACK_PACKAGE_FILE_NAME "cicd-${PROJECT_VERSION}-${system}")
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "git, ninja-build | make")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS skopeo)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_PROJECT_CONFIG_FILE "${PROJECT_SOURCE_DIR}/cmake/dev/package_needs.cmake")
set(CPACK_CICD_DRIVER "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/cicd")
# What the driver holds of others, whose licences the packages bring: the headers that it is compiled with, and what the linker
# itself says that it read.
get_property(CPACK_CICD_HEADERS TARGET cicd_dependencies PROPERTY CICD_HEADERS)
set(CPACK_CICD_LINKED "${PROJECT_BINARY_DIR}/linked.d")
set_property(TARGET cicd PROPERTY LINK_DEPENDS_USE_LINKER OFF) # CMake would name another file for the same list
include(CheckLinkerFlag)
check_linker_flag(CXX "LINKER:--dependency-file,${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/linked.d" CICD_LINKER_LISTS_FILES)
if(CICD_LINKER_LISTS_FILES)
  target_link_options(cicd PRIVATE "LINKER:--dependency-file,${CPACK_CICD_LINKED}")
endif()
set(CPACK_CICD_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_CICD_GATHERED "${PROJECT_BINARY_DIR}/licenses")
install(DIRECTORY "${CPACK_CICD_GATHERED}/" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT licenses EXCLUDE_FROM_ALL)
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};cicd;ALL;/" "${PROJECT_BINARY_DIR};cicd;licenses;/")
include(CPack)

# The same, with the sources' files and this build tree's driver.
file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/package/cicd-config.cmake" CONTENT
"include([==[${PROJECT_SOURCE_DIR}/cmake/_cicd_cxx.cmake]==])
_cicd_check_components()
if(_cicd_components_are_known)
  include([==[${PROJECT_SOURCE_DIR}/cmake/cicd.cmake]==])
  _cicd_use(\"${PROJECT_VERSION}\" [==[${PROJECT_SOURCE_DIR}]==] [==[${PROJECT_SOURCE_DIR}/templates]==]
    [==[${PROJECT_SOURCE_DIR}/include]==] [==[$<TARGET_FILE:cicd>]==] [==[$<TARGET_FILE:cicd_typed>]==])
  include([==[${PROJECT_BINARY_DIR}/package/cicd-targets.cmake]==])
  _cicd_find_components()
endif()
" CONDITION $<OR:$<CONFIG:${CMAKE_BUILD_TYPE}>,$<CONFIG:Release>>)
export(EXPORT cicd-targets NAMESPACE cicd:: FILE "${PROJECT_BINARY_DIR}/package/cicd-targets.cmake")
configure_file("${PROJECT_BINARY_DIR}/package-installed/cicd-config-version.cmake" package/cicd-config-version.cmake COPYONLY)
