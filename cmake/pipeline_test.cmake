# Adds a ctest test beside backing services: pipeline_test(<pipeline> <test> NEEDS <service>… [ENV <NAME>=<value>…] COMMAND <program> [<argument>…])
#[=[.rst:
.. command:: pipeline_test

  Adds the ctest test ``<pipeline>.<test>``, a program of the project that runs beside backing services of the pipeline::

    pipeline_test(<pipeline> <test> NEEDS <service>… [ENV <NAME>=<value>…] COMMAND <program> [<argument>…])

  They are started before it and gone after it, as for a step; ``{postgres.url}``, ``{postgres.host}``, ``{postgres.port}`` and
  ``{postgres.dir}`` are replaced in ``ENV`` and in ``COMMAND``. It is ``cicd with`` as a test: nothing of it is kept or reused.
  ``COMMAND`` is the last keyword; a program that is a CMake target is ``$<TARGET_FILE:it>``. Properties are set as for any test.
#]=]
function(pipeline_test pipeline test)
  _cicd_check_moment("pipeline_test")
  set(keyword "")
  set(needs "")
  set(env "")
  set(command "")
  math(EXPR last "${ARGC} - 1")
  foreach(index RANGE 2 ${last})
    if(index GREATER 1 AND index LESS ARGC)
      set(word "${ARGV${index}}")
      if(NOT keyword STREQUAL "command" AND word MATCHES "^(NEEDS|ENV|COMMAND)$")
        string(TOLOWER "${word}" keyword)
      elseif(keyword STREQUAL "")
        message(FATAL_ERROR "cicd: error: ${pipeline}/${test}: unknown keyword: '${word}'\n  allowed: NEEDS, ENV, COMMAND")
      else()
        string(REPLACE ";" "\\;" word "${word}")
        if(NOT keyword STREQUAL "command")
          string(PREPEND word "--${keyword}=")
        endif()
        list(APPEND ${keyword} "${word}")
      endif()
    endif()
  endforeach()
  foreach(required IN ITEMS needs command)
    if("${${required}}" STREQUAL "")
      string(TOUPPER "${required}" keyword)
      message(FATAL_ERROR "cicd: error: ${pipeline}/${test}: ${keyword} is missing\n  try: pipeline_test(${pipeline} ${test} NEEDS <service> COMMAND <program>)")
    endif()
  endforeach()
  add_test(NAME "${pipeline}.${test}" COMMAND "${CMAKE_BINARY_DIR}/.cicd/cicd" with "${pipeline}" ${needs} ${env} -- ${command})
  set_property(TEST "${pipeline}.${test}" PROPERTY LABELS cicd "${pipeline}" test)
  set_property(GLOBAL APPEND PROPERTY _CICD_TESTS "${pipeline}/${test}")
  set(words "with;${pipeline};${needs}")
  if(NOT env STREQUAL "")
    string(APPEND words ";${env}")
  endif()
  set_property(GLOBAL PROPERTY "_CICD_TEST ${pipeline}/${test}" "${words};--check;--;${command}")
endfunction()

# Once the declarations are read: what names no service, or shows a secret, is said now and not when the test runs.
function(_cicd_check_tests)
  get_property(tests GLOBAL PROPERTY _CICD_TESTS)
  foreach(test IN LISTS tests)
    get_property(words GLOBAL PROPERTY "_CICD_TEST ${test}")
    execute_process(COMMAND "${CMAKE_BINARY_DIR}/.cicd/cicd" ${words} RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "cicd: the pipeline_test() of ${test} is wrong, see above")
    endif()
  endforeach()
endfunction()
