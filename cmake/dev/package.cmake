# The package: what `cmake --install` puts where, and <build>/package, which find_package takes from the build tree itself.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Bodies are headers of their own set: they are included in one place and do not stand alone.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/cicd/*.hpp")
file(GLOB_RECURSE bodies CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/cicd/*.ipp"
  "${PROJECT_SOURCE_DIR}/include/cicd/*.inc" "${PROJECT_SOURCE_DIR}/include/cicd/*src.hpp")
list(REMOVE_ITEM headers ${bodies})
target_sources(cicd_headers INTERFACE
  FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${headers}
  FILE_SET bodies TYPE HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${bodies})
set_target_properties(cicd_headers PROPERTIES EXPORT_NAME cicd VERIFY_INTERFACE_HEADER_SETS ON
  INTERFACE_HEADER_SETS_TO_VERIFY HEADERS)
set_target_properties(cicd_pipeline PROPERTIES EXPORT_NAME pipeline)

set(package_folder "${CMAKE_INSTALL_DATADIR}/cmake/cicd")
set(templates_folder "${CMAKE_INSTALL_DATADIR}/cicd/templates")
file(GLOB functions CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/*.cmake")
configure_package_config_file(cmake/cicd-config.cmake.in package-installed/cicd-config.cmake
  INSTALL_DESTINATION "${package_folder}" PATH_VARS templates_folder CMAKE_INSTALL_BINDIR CMAKE_INSTALL_INCLUDEDIR
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(package-installed/cicd-config-version.cmake COMPATIBILITY SameMinorVersion)

install(TARGETS cicd RUNTIME)
install(TARGETS cicd_headers cicd_pipeline EXPORT cicd-targets FILE_SET HEADERS FILE_SET bodies)
install(EXPORT cicd-targets NAMESPACE cicd:: DESTINATION "${package_folder}")
install(FILES ${functions} "${PROJECT_BINARY_DIR}/package-installed/cicd-config.cmake"
  "${PROJECT_BINARY_DIR}/package-installed/cicd-config-version.cmake" DESTINATION "${package_folder}")
install(DIRECTORY templates/ DESTINATION "${templates_folder}")

# The same, with the sources' files and this build tree's driver.
file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/package/cicd-config.cmake" CONTENT
"include([==[${PROJECT_SOURCE_DIR}/cmake/cicd.cmake]==])
_cicd_use(\"${PROJECT_VERSION}\" [==[${PROJECT_SOURCE_DIR}]==] [==[${PROJECT_SOURCE_DIR}/templates]==] [==[$<TARGET_FILE:cicd>]==])
" CONDITION $<OR:$<CONFIG:${CMAKE_BUILD_TYPE}>,$<CONFIG:Release>>)
configure_file("${PROJECT_BINARY_DIR}/package-installed/cicd-config-version.cmake" package/cicd-config-version.cmake COPYONLY)
