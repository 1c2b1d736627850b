# Fails when docs/reference.md is not what the driver writes.
#   cmake -DDRIVER=<cicd> -DREFERENCE=<docs/reference.md> -DWORK=<folder> -P reference.cmake
cmake_minimum_required(VERSION 3.25...4.1)
file(MAKE_DIRECTORY "${WORK}")
execute_process(COMMAND "${DRIVER}" reference OUTPUT_FILE "${WORK}/reference.md" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${WORK}/reference.md" "${REFERENCE}" RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${REFERENCE} is not what the driver writes; try: cicd reference > docs/reference.md")
endif()
