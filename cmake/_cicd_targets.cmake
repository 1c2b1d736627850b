# Targets and tests, as <build>/.cicd/targets.cmake lists them: each is one call of the driver.
# Knows no pipeline; what there is was decided by the driver.

# A target. `aggregate` (0 or 1) tells the ones of the whole build tree, whose bare names the project may have taken.
function(_cicd_add_target name aggregate stage description depends)
  get_property(driver GLOBAL PROPERTY _CICD_DRIVER)
  set(target "${name}")
  if(aggregate)
    set(target "${CICD_TARGET_PREFIX}${name}")
  endif()
  if(TARGET "${target}")
    _cicd_refuse_target("${target}" "${aggregate}")
    return()
  endif()
  add_custom_target("${target}"
    COMMAND "${driver}" run --build-root "${CMAKE_BINARY_DIR}" --config "$<CONFIG>" "${name}"
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
      message(FATAL_ERROR "cicd: ${target}: DEPENDS names what is no CMake target: '${dependency}'")
    endif()
  endforeach()
  add_dependencies("${target}" ${depends})
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

# After the last target: the list of them, and the warning about names that were taken.
function(_cicd_end_targets)
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
