# The pipeline of @@name@@: build, test, scan, image and deploy.
#   cmake -B build && cmake --build build --target deploy-stage
find_package(cicd REQUIRED)

# BASE may be an image with its digest, such as registry.example.com/debian@sha256:…; the steps that make one here can go then.
add_pipeline(@@name@@
  TEMPLATE   cpp-cmake
  BASE       rootfs:base.tar
  BASE_AFTER base)

pipeline_service(@@name@@ api
  PORT     @@port@@
  REPLICAS 1..4
  READY    /health
  CPU      100m
  MEMORY   64Mi)

# Each push to main goes to stage.
pipeline_environment(@@name@@ stage
  ON  branch main
  VIA gitops)

# What the image stands on: Debian packages, whose versions base.lock pins. That file is written once, for the release of this
# machine, and belongs into the repository; `./make-base --update base.lock libc6 libstdc++6 libgcc-s1` moves it to newer versions.
if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/base.lock")
  execute_process(
    COMMAND ./make-base --update base.lock libc6 libstdc++6 libgcc-s1
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    COMMAND_ERROR_IS_FATAL ANY)
endif()
pipeline_step(@@name@@ base
  COMMAND     ./make-base base.lock base.tar
  INPUTS      make-base base.lock
  TOOLS       mmdebstrap
  OUTPUTS     base.tar
  DESCRIPTION "makes the root file system of the packages in base.lock")
pipeline_step(@@name@@ base-fits
  COMMAND     ./make-base --check base.tar dist
  INPUTS      make-base
  TOOLS       objdump
  AFTER       build base
  STAGE       test
  DESCRIPTION "checks that the base has the libraries and symbols that @@name@@ needs")
