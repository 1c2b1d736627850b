# Running commands and looking at what they say, for test scripts. Ends the script at the first thing that is not as expected.
# A script sets WORK, the folder that commands run in, and may set `environment`, words for `cmake -E env`.

# Ends the case as failed, with what was seen.
function(fail words)
  message(NOTICE "---- stdout\n${stdout}\n---- stderr\n${stderr}\n----")
  message(FATAL_ERROR "${words}")
endfunction()

# Runs a command; leaves `status`, `stdout` and `stderr`. A status other than that of EXPECT (0) fails the case.
# run([EXPECT <status>] COMMAND <word>…)
function(run)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "EXPECT;IN" "COMMAND")
  if(NOT DEFINED arg_EXPECT)
    set(arg_EXPECT 0)
  endif()
  if(NOT arg_IN)
    set(arg_IN "${WORK}")
  endif()
  execute_process(COMMAND "${CMAKE_COMMAND}" -E env ${environment} -- ${arg_COMMAND} WORKING_DIRECTORY "${arg_IN}"
    RESULT_VARIABLE status OUTPUT_VARIABLE stdout ERROR_VARIABLE stderr)
  if(NOT status STREQUAL arg_EXPECT)
    fail("'${arg_COMMAND}' ended with ${status}, not ${arg_EXPECT}")
  endif()
  set(status "${status}" PARENT_SCOPE)
  set(stdout "${stdout}" PARENT_SCOPE)
  set(stderr "${stderr}" PARENT_SCOPE)
endfunction()

# A repository of its own for a test project: the one around it may ignore the folder that tests work in.
function(own_repository folder)
  execute_process(COMMAND git init --quiet "${folder}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# expect(<variable> <regular expression>): the variable's text holds it.
function(expect variable pattern)
  if(NOT "${${variable}}" MATCHES "${pattern}")
    fail("${variable} does not match: ${pattern}")
  endif()
endfunction()

# expect_no(<variable> <regular expression>): it does not.
function(expect_no variable pattern)
  if("${${variable}}" MATCHES "${pattern}")
    fail("${variable} matches: ${pattern}")
  endif()
endfunction()

# expect_file(<path> <text>): the file holds just this text somewhere.
function(expect_file path text)
  if(NOT EXISTS "${path}")
    fail("there is no ${path}")
  endif()
  file(READ "${path}" content)
  string(FIND "${content}" "${text}" at)
  if(at EQUAL -1)
    set(stdout "${content}")
    fail("${path} does not hold: ${text}")
  endif()
endfunction()
