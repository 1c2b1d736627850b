# Makes the demo ready: a fresh git repository with the example, configured, all under the build tree.
#   cmake -DEXAMPLE=<folder> -DWORK=<folder> -DPACKAGE=<folder with cicd-config.cmake> -P demo.cmake
# A second run finds everything done. Then the driver deploys it, and says what to try next (CICD_DEMO).
cmake_minimum_required(VERSION 3.25...4.1)

set(repository "${WORK}/services-orders")
set(build "${WORK}/services-orders-build")
set(git env --unset=GIT_DIR --unset=GIT_WORK_TREE --unset=GIT_INDEX_FILE -- git -C "${repository}"
  -c user.name=cicd-demo -c user.email=demo@example.com -c commit.gpgsign=false -c core.hooksPath=/dev/null)

# Runs a command whose output matters only when it fails.
function(quietly)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(NOTICE "${output}")
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "cicd: the demo stopped (${status}): ${command}")
  endif()
endfunction()

# A digest over the example's files, so that a changed example is taken over by a commit of its own.
function(digest_example result)
  file(GLOB_RECURSE files RELATIVE "${EXAMPLE}" "${EXAMPLE}/*")
  list(FILTER files EXCLUDE REGEX "^(target|build)/")
  list(SORT files)
  set(identity "")
  foreach(file IN LISTS files)
    file(SHA256 "${EXAMPLE}/${file}" digest)
    string(APPEND identity "${digest} ${file}\n")
  endforeach()
  string(SHA256 digest "${identity}")
  set(${result} "${digest}" PARENT_SCOPE)
endfunction()

digest_example(wanted)
set(present "")
if(EXISTS "${WORK}/services-orders.digest" AND EXISTS "${repository}/.git")
  file(READ "${WORK}/services-orders.digest" present)
endif()
if(NOT present STREQUAL wanted)
  file(MAKE_DIRECTORY "${repository}")
  if(NOT EXISTS "${repository}/.git")
    quietly("${CMAKE_COMMAND}" -E ${git} init --quiet --initial-branch=main)
  endif()
  file(GLOB old LIST_DIRECTORIES true "${repository}/*")
  list(REMOVE_ITEM old "${repository}/.git")
  if(old)
    file(REMOVE_RECURSE ${old})
  endif()
  file(COPY "${EXAMPLE}/" DESTINATION "${repository}" PATTERN target EXCLUDE PATTERN build EXCLUDE)
  quietly("${CMAKE_COMMAND}" -E ${git} add --all)
  quietly("${CMAKE_COMMAND}" -E ${git} commit --quiet --allow-empty --message "services-orders, as in cicd's examples")
  file(WRITE "${WORK}/services-orders.digest" "${wanted}")
endif()

# Configured once; later the generator knows whether that is to be done again.
set(configure -S "${repository}" -B "${build}" -G Ninja "-Dcicd_DIR=${PACKAGE}")
if(EXISTS "${build}/.cicd/targets.cmake")
  set(configure --build "${build}" --target build.ninja -- --quiet)
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" ${configure} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "cicd: the demo stopped, see above")
endif()
