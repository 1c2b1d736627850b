# What Dockerfile adds as base.tar, and the step that makes it.
set(base_packages busybox-static)
include(base.cmake)
pipeline_image(@@name@@ image AFTER base)
pipeline_step(@@name@@ test AFTER base)
