# What the image of @@name@@ stands on: the Debian packages in `base_packages`, whose versions base.lock pins. Where that file is
# missing it is written, for the release of this machine, and belongs into the repository;
# `build/.cicd/cicd update` moves it to newer versions.
if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/base.lock")
  execute_process(
    COMMAND ./make-base --update base.lock ${base_packages}
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    COMMAND_ERROR_IS_FATAL ANY)
  message(STATUS "base.lock was written: commit it, an image of uncommitted files is not released")
endif()
pipeline_step(@@name@@ base
  COMMAND     ./make-base base.lock base.tar
  INPUTS      make-base base.lock
  TOOLS       mmdebstrap
  OUTPUTS     base.tar
  UPDATE      ./make-base --update base.lock ${base_packages}
  DESCRIPTION "makes the root file system of the packages in base.lock")
