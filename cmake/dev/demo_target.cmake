# The target `demo`. The example is a project like any other: it takes the driver from the cache, or builds it there.
file(WRITE "${PROJECT_BINARY_DIR}/package-of-sources/cicd-config.cmake"
"include([==[${PROJECT_SOURCE_DIR}/cmake/cicd.cmake]==])
_cicd_use(\"${PROJECT_VERSION}\" [==[${PROJECT_SOURCE_DIR}]==] [==[${PROJECT_SOURCE_DIR}/templates]==]
  [==[${PROJECT_SOURCE_DIR}/include]==] \"\" \"\")
")

# The driver is started by the generator itself, not by a script: its output is the terminal then. It is started in its build tree,
# as a target of that is: the paths that it prints are whole.
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/demo/services-orders-build")
add_custom_target(demo
  COMMAND "${CMAKE_COMMAND}" "-DEXAMPLE=${PROJECT_SOURCE_DIR}/examples/java-maven" "-DWORK=${PROJECT_BINARY_DIR}/demo"
    "-DPACKAGE=${PROJECT_BINARY_DIR}/package-of-sources" -P "${PROJECT_SOURCE_DIR}/cmake/dev/demo.cmake"
  COMMAND "${CMAKE_COMMAND}" -E env "CICD_DEMO=${PROJECT_BINARY_DIR}/demo/services-orders/run-image"
    "${PROJECT_BINARY_DIR}/demo/services-orders-build/.cicd/cicd" run deploy-stage
  COMMAND "${CMAKE_COMMAND}" "-DWORK=${PROJECT_BINARY_DIR}/demo" -P "${PROJECT_SOURCE_DIR}/cmake/dev/demo_release.cmake"
  WORKING_DIRECTORY "${PROJECT_BINARY_DIR}/demo/services-orders-build"
  COMMENT "services-orders, from its sources to its stage, and from there by tags to demo and prod" USES_TERMINAL VERBATIM)
