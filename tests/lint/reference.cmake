# Fails when docs/reference.md or docs/schema is not what the driver writes.
#   cmake -DDRIVER=<cicd> -DROOT=<source tree> -DWORK=<folder> -P reference.cmake
cmake_minimum_required(VERSION 3.25...4.1)
file(MAKE_DIRECTORY "${WORK}")
function(check_current path)
  execute_process(COMMAND "${DRIVER}" reference ${ARGN} OUTPUT_FILE "${WORK}/written" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${WORK}/written" "${ROOT}/${path}" RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " words)
    message(FATAL_ERROR "${path} is not what the driver writes; try: cicd reference ${words} > ${path}")
  endif()
endfunction()
check_current(docs/reference.md)
check_current(docs/schema/pipeline.schema.json --schema)
