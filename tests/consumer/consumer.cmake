# Uses cicd as another project does, in paths with spaces, and asserts which copy it was that did the work.
#   cmake -DWAY=installed|subdirectory|fetchcontent|cxx -DWORK=<folder> -DBUILD=<cicd's build tree> -DCICD_SOURCE=<folder>
#     -DCACHE=<folder> -DCXX=<compiler of cicd's build tree> -P consumer.cmake
cmake_minimum_required(VERSION 3.25...4.1)
include("${CMAKE_CURRENT_LIST_DIR}/../cmake/harness.cmake")

# What a project has set for itself must not reach the driver's build.
set(environment CXXFLAGS=-no-such-flag LDFLAGS=-no-such-flag CMAKE_BUILD_TYPE=Debug MAKEFLAGS= DESTDIR=
  --unset=CICD_BUILD_ROOT --unset=GIT_DIR --unset=GIT_WORK_TREE)
set(compiler "${CMAKE_CURRENT_LIST_DIR}/compiler")
set(compiler_environment "CICD_CXX=${CXX}" "CICD_OBJECTS=${BUILD}/driver/CMakeFiles" --unset=CMAKE_CXX_COMPILER_LAUNCHER)
list(APPEND environment ${compiler_environment})

# Installs, then moves the tree: nothing in it may know where it was made.
function(install_cicd prefix)
  run(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/made here")
  file(RENAME "${WORK}/made here" "${prefix}")
endfunction()

# What a release would hold, in a git repository of its own.
function(copy_cicd folder)
  foreach(part IN ITEMS CMakeLists.txt VERSION cmake driver include templates)
    file(COPY "${CICD_SOURCE}/${part}" DESTINATION "${folder}")
  endforeach()
  set(git git -C "${folder}" -c user.name=tester -c user.email=tester@example.com -c commit.gpgsign=false)
  run(COMMAND ${git} init --quiet --initial-branch=main)
  run(COMMAND ${git} add --all)
  run(COMMAND ${git} commit --quiet --message "a release")
endfunction()

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
set(source "${WORK}/a service — ü")
set(build "${source}/build")
set(copy "${WORK}/a copy of cicd")

if(WAY MATCHES "installed|cxx")
  install_cicd("${copy}")
  set(arguments "-DCMAKE_PREFIX_PATH=${copy}")
  set(driver "${copy}/bin/cicd")
else()
  copy_cicd("${copy}")
  set(arguments "-DCICD_SOURCE=${copy}" "-DCICD_DRIVER_CACHE=${CACHE}" "-DCICD_HOST_CXX=${compiler}")
  set(driver "${CACHE}/")
endif()

if(WAY STREQUAL "cxx")
  file(COPY "${CMAKE_CURRENT_LIST_DIR}/cxx/" DESTINATION "${source}")
  set(environment --unset=CXXFLAGS ${compiler_environment})
  run(COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${build}" -G Ninja ${arguments} "-DCMAKE_CXX_COMPILER=${compiler}")
  expect_file("${build}/CMakeCache.txt" "cicd_DIR:PATH=${copy}/")
  run(COMMAND "${CMAKE_COMMAND}" --build "${build}")
  run(COMMAND "${build}/declares")
  # examples/library as its README tells: the class of the outcome, the reasons, nothing to do a second time.
  file(COPY "${CICD_SOURCE}/examples/library" DESTINATION "${WORK}")
  set(source "${WORK}/library")
  own_repository("${source}")
  run(COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${build}-2" -G Ninja ${arguments} "-DCMAKE_CXX_COMPILER=${compiler}")
  run(COMMAND "${CMAKE_COMMAND}" --build "${build}-2")
  set(environment "HOME=${WORK}/home" "CICD_WORK_DIR=${WORK}/steps" --unset=CICD_CACHE_DIR --unset=CICD_STATE_DIR)
  run(COMMAND "${build}-2/deliver" "${source}" "${WORK}/pipelines")
  expect(stdout "loud/test because ")
  expect(stdout "loud/build ran\n")
  expect(stdout "words/count> 2\n")
  run(COMMAND "${build}-2/deliver" "${source}" "${WORK}/pipelines")
  expect(stdout "loud/test up-to-date\n")
  expect_no(stdout " ran\n")
  file(WRITE "${source}/words.txt" "goodbye\n")
  run(EXPECT 1 COMMAND "${build}-2/deliver" "${source}" "${WORK}/pipelines" loud.test)
  expect(stdout "loud/build because [^\n]*words\\.txt")
  run(EXPECT 2 COMMAND "${build}-2/deliver" "${source}" "${WORK}/pipelines" loud.tset)
  expect(stderr "did you mean: loud\\.test")
  # The tests of a pipeline, with the archive that lies beside the installed driver.
  file(COPY "${CICD_SOURCE}/examples/typed/" DESTINATION "${WORK}/typed")
  set(source "${WORK}/typed/orders")
  file(WRITE "${source}/make-runtime" "#!/bin/sh\n")
  run(COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${build}-3" -G Ninja ${arguments} "-Dacme_DIR=${WORK}/typed/acme" -DPIPELINE_TESTS=ON
    "-DCMAKE_CXX_COMPILER=${CXX}")
  run(COMMAND "${CMAKE_COMMAND}" --build "${build}-3" --target pipeline_test)
  expect_file("${build}-3/CMakeCache.txt" "cicd_DIR:PATH=${copy}/")
  run(COMMAND "${build}-3/pipeline_test")
  return()
endif()

file(COPY "${CMAKE_CURRENT_LIST_DIR}/project/" DESTINATION "${source}")
own_repository("${source}")
run(COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${build}" -G Ninja "-DWAY=${WAY}" ${arguments})
expect_file("${build}/.cicd/cicd" "exec '${driver}")
run(COMMAND "${CMAKE_COMMAND}" --build "${build}" --target build)
expect(stdout "built by way of ${WAY}")
run(COMMAND "${build}/.cicd/cicd" --version)
expect(stdout "cicd [0-9]+\\.[0-9]+\\.[0-9]+")

# A second build tree takes the driver that is there.
run(COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${build}-2" -G "Unix Makefiles" "-DWAY=${WAY}" ${arguments})
expect_no(stdout "building the driver")

# Nothing but glibc is loaded at its start.
file(READ "${build}/.cicd/cicd" launcher)
string(REGEX MATCH "exec '([^\n]*)' \"" matched "${launcher}")
run(COMMAND ldd "${CMAKE_MATCH_1}")
string(REGEX REPLACE "(linux-vdso|ld-linux[^.]*|libc|libm)\\.so[^\n]*|[^\n]*/ld-linux[^\n]*" "" others "${stdout}")
expect_no(others "\\.so")
