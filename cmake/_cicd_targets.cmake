# Targets and tests, as <build>/.cicd/targets.cmake lists them: each is one call of the driver.
# Knows no pipeline; what there is was decided by the driver.

# A target. `aggregate` (0 or 1) tells the ones of the whole build tree, whose bare names the project may have taken.
# `command` holds the words of the driver's command, where it is not `run`.
function(_cicd_add_target name aggregate stage description depends command)
  get_property(driver GLOBAL PROPERTY _CICD_DRIVER)
  set(target "${name}")
  if(aggregate)
    set(target "${CICD_TARGET_PREFIX}${name}")
  endif()
  if(TARGET "${target}")
    _cicd_refuse_target("${target}" "${aggregate}")
    return()
  endif()
  set(words run "${name}")
  if(NOT command STREQUAL "")
    string(REPLACE "|" ";" words "${command}")
  endif()
  add_custom_target("${target}"
    COMMAND "${driver}" ${words} --build-root "${CMAKE_BINARY_DIR}" --config "$<CONFIG>"
    COMMENT "${description}" USES_TERMINAL VERBATIM)
  set_target_properties("${target}" PROPERTIES FOLDER "cicd/${stage}" CICD_DESCRIPTION "${description}")
  if(NOT depends STREQUAL "")
    string(REPLACE "|" ";" depends "${depends}")
    _cicd_add_dependencies("${target}" "${depends}")
  endif()
endfunction()

# An aggregate whose name is taken is left out, with one warning for all at the end; any other name must be ours.
function(_cicd_refuse_target target aggregate)
  if(aggregate)
    set_property(GLOBAL APPEND PROPERTY _CICD_TAKEN_TARGETS "${target}")
  else()
    message(FATAL_ERROR "cicd: the project has a target of its own that a pipeline gives: '${target}'; rename one of them")
  endif()
endfunction()

function(_cicd_add_dependencies target depends)
  foreach(dependency IN LISTS depends)
    if(NOT TARGET "${dependency}")
      message(FATAL_ERROR "cicd: ${target}: DEPENDS names an unknown CMake target: '${dependency}'")
    endif()
    _cicd_tell_files("${dependency}")
  endforeach()
  add_dependencies("${target}" ${depends})
endfunction()

# <build>/.cicd/depends/<target>-<config>: the files that a target of DEPENDS makes, which are part of a step's key.
function(_cicd_tell_files target)
  get_property(told GLOBAL PROPERTY _CICD_TOLD_TARGETS)
  get_target_property(type "${target}" TYPE)
  if("${target}" IN_LIST told OR NOT type MATCHES "EXECUTABLE|(STATIC|SHARED|MODULE|OBJECT|UNKNOWN)_LIBRARY")
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY _CICD_TOLD_TARGETS "${target}")
  set(files "$<TARGET_FILE:${target}>")
  if(type STREQUAL "OBJECT_LIBRARY")
    set(files "$<TARGET_OBJECTS:${target}>")
  endif()
  file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/.cicd/depends/${target}-$<CONFIG>" CONTENT "${files}")
endfunction()

# A test. In the old form of add_test(): under Multi-Config `ctest` without -C skips the other.
function(_cicd_add_test name labels fixtures_setup fixtures_required)
  get_property(driver GLOBAL PROPERTY _CICD_DRIVER)
  set(config "${CMAKE_BUILD_TYPE}")
  if(CMAKE_CONFIGURATION_TYPES)
    list(GET CMAKE_CONFIGURATION_TYPES 0 config)
  endif()
  add_test("${name}" "${driver}" run --build-root "${CMAKE_BINARY_DIR}" --config "${config}" --ctest "${name}")
  foreach(property IN ITEMS labels fixtures_setup fixtures_required)
    if(NOT "${${property}}" STREQUAL "")
      string(REPLACE "|" ";" value "${${property}}")
      string(TOUPPER "${property}" upper)
      set_property(TEST "${name}" PROPERTY ${upper} "${value}")
    endif()
  endforeach()
endfunction()

# A test that reads what is deployed, for `ctest -C Deploy` alone. Its configuration is none that anything is built in, and
# Multi-Config generators leave out a test of such: ctest asks for the name itself, in a file that it includes.
function(_cicd_add_deploy_test name labels command)
  get_property(driver GLOBAL PROPERTY _CICD_DRIVER)
  string(REPLACE "|" "]==] [==[" words "${command}")
  string(REPLACE "|" ";" labels "${labels}")
  string(CONCAT lines
    "  add_test([==[${name}]==] [==[${driver}]==] [==[${words}]==] --build-root [==[${CMAKE_BINARY_DIR}]==])\n"
    "  set_tests_properties([==[${name}]==] PROPERTIES LABELS [==[${labels}]==])\n")
  set_property(GLOBAL APPEND_STRING PROPERTY _CICD_DEPLOY_TESTS "${lines}")
endfunction()

function(_cicd_end_deploy_tests)
  get_property(tests GLOBAL PROPERTY _CICD_DEPLOY_TESTS)
  set(file "${CMAKE_BINARY_DIR}/.cicd/deploy-tests.cmake")
  if("${tests}" STREQUAL "")
    file(REMOVE "${file}")
    return()
  endif()
  _cicd_write_changed("${file}"
    "# Written by CMake: tests that read what is deployed.\nif(CTEST_CONFIGURATION_TYPE STREQUAL \"Deploy\")\n${tests}endif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${file}")
endfunction()

# After the last target: the list of them, and the warning about names that were taken.
function(_cicd_end_targets)
  _cicd_end_deploy_tests()
  get_property(driver GLOBAL PROPERTY _CICD_DRIVER)
  if(NOT TARGET cicd-help)
    add_custom_target(cicd-help
      COMMAND "${driver}" help-targets --build-root "${CMAKE_BINARY_DIR}" USES_TERMINAL VERBATIM)
    set_target_properties(cicd-help PROPERTIES FOLDER cicd)
  endif()
  get_property(taken GLOBAL PROPERTY _CICD_TAKEN_TARGETS)
  if(taken)
    list(JOIN taken ", " taken)
    message(WARNING "cicd: this project has targets of its own of these names, so there are none of cicd's: ${taken}\n"
      "Use <pipeline>.<stage>, or set CICD_TARGET_PREFIX to give cicd's a name of their own.")
  endif()
endfunction()
