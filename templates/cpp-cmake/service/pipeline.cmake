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

# What the image stands on, and the step that makes it.
set(base_packages libc6 libstdc++6 libgcc-s1)
include(base.cmake)
pipeline_step(@@name@@ base-fits
  COMMAND     ./make-base --check base.tar dist
  INPUTS      make-base
  TOOLS       objdump
  AFTER       build base
  STAGE       test
  DESCRIPTION "checks that the base has the libraries and symbols that @@name@@ needs")
