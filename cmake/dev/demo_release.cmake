# Promotes what the demo deployed to stage: a tag rc-<n> to demo, a tag v1.<n>.0 to prod. Nothing is built for either.
#   cmake -DWORK=<folder> -P demo_release.cmake
# A second run finds both tags and nothing to do.
cmake_minimum_required(VERSION 3.25...4.1)

set(repository "${WORK}/services-orders")
set(driver "${WORK}/services-orders-build/.cicd/cicd")
set(git env --unset=GIT_DIR --unset=GIT_WORK_TREE --unset=GIT_INDEX_FILE -- git -C "${repository}"
  -c tag.gpgSign=false -c core.hooksPath=/dev/null)

function(tags_of result pattern)
  execute_process(COMMAND "${CMAKE_COMMAND}" -E ${git} tag --list "${pattern}" ${ARGN} OUTPUT_VARIABLE tags COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" tags "${tags}")
  set(${result} "${tags}" PARENT_SCOPE)
endfunction()

tags_of(here "rc-*" --points-at HEAD)
set(is_new FALSE)
if(NOT here)
  set(is_new TRUE)
  tags_of(before "rc-*")
  list(LENGTH before number)
  math(EXPR next "${number} + 1")
  foreach(tag IN ITEMS "rc-${next}" "v1.${number}.0")
    execute_process(COMMAND "${CMAKE_COMMAND}" -E ${git} tag "${tag}" COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endif()

execute_process(COMMAND "${driver}" run orders.deploy-demo orders.deploy-prod RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "cicd: the demo stopped, see above")
endif()
if(NOT is_new)
  return()
endif()

# What a build of these tags would have run.
execute_process(COMMAND "${driver}" plan orders.publish --json OUTPUT_VARIABLE plan COMMAND_ERROR_IS_FATAL ANY)
string(JSON count LENGTH "${plan}" steps)
math(EXPR last "${count} - 1")
set(steps "")
foreach(at RANGE ${last})
  string(JSON id GET "${plan}" steps ${at} step)
  list(APPEND steps "${id}")
endforeach()
list(JOIN steps ", " steps)
execute_process(COMMAND "${driver}" status)
message(NOTICE "\nnot run again for rc-${next} and v1.${number}.0, whose images are those of stage: ${steps}")
