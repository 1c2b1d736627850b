# Runs one case: configures a tiny project and compares exit status and text, then whatever its check looks at.
#   cmake -DCASE=<tests/cmake/function/case> -DWORK=<folder> -DPACKAGE=<folder> -DCICD_SOURCE=<folder> -P RunCMake.cmake
#
#   <case>.cmake          the list file, after the three lines that every project begins with; or
#   <case>/               a whole source tree with its own CMakeLists.txt
#   <case>-options.cmake  may set: tree (its folder's name), generator, arguments (of the configure), environment, inputs
#   <case>-result.txt     the exit status that is expected; 0 without it
#   <case>-stderr.txt     a regular expression for all of stderr; empty without it. -stdout.txt: for a part of stdout
#   <case>-check.cmake    goes on with `source` and `build`: run(), expect(), expect_no(), expect_file()
#
# Knows nothing of pipelines.
cmake_minimum_required(VERSION 3.25...4.1)

include("${CMAKE_CURRENT_LIST_DIR}/harness.cmake")

# Sets <result> to what an expectation file says, or to <otherwise>. White space counts as one space, since message() breaks
# lines where it likes; what is to be compared byte for byte stands in a check.
function(read_expectation name otherwise result)
  set(text "${otherwise}")
  if(EXISTS "${CASE}-${name}.txt")
    file(READ "${CASE}-${name}.txt" text)
    string(REGEX REPLACE "[ \n]+" " " text "${text}")
    string(STRIP "${text}" text)
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Makes the source tree afresh.
function(make_source)
  cmake_path(GET CASE FILENAME name)
  if(IS_DIRECTORY "${CASE}")
    file(COPY "${CASE}/" DESTINATION "${source}")
  else()
    file(READ "${CASE}.cmake" body)
    file(WRITE "${source}/CMakeLists.txt"
      "cmake_minimum_required(VERSION 3.25)\nproject(${name} LANGUAGES NONE)\nfind_package(cicd REQUIRED)\n${body}")
  endif()
  foreach(input IN LISTS inputs)
    file(WRITE "${source}/${input}" "")
  endforeach()
endfunction()

set(tree source)
set(generator Ninja)
set(arguments "")
set(environment --unset=CMAKE_GENERATOR --unset=CICD_BUILD_ROOT)
set(inputs "")
include("${CASE}-options.cmake" OPTIONAL)
set(source "${WORK}/${tree}")
set(build "${WORK}/${tree}/build")
file(REMOVE_RECURSE "${WORK}")
make_source()
if(EXISTS "${CASE}-check.cmake")
  own_repository("${source}")
endif()

read_expectation(result 0 expected_status)
run(EXPECT ${expected_status} COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${build}" -G "${generator}"
  "-Dcicd_DIR=${PACKAGE}" ${arguments})
read_expectation(stderr "" expected)
string(REGEX REPLACE "[ \n]+" " " words "${stderr}")
string(STRIP "${words}" words)
expect(words "^${expected}$")
read_expectation(stdout "" expected)
expect(stdout "${expected}")
include("${CASE}-check.cmake" OPTIONAL)
