# Finds clang's programs, which have their version in the name on some systems; the version that formats and checks here is the first.

# The absolute path of clang's PROGRAM (clang++, clang-tidy) in the cache variable OUT; an error where ./setup --tests has not run.
function(cicd_find_clang OUT PROGRAM)
  set(names ${PROGRAM}-14)
  foreach(version RANGE 25 15)
    list(APPEND names ${PROGRAM}-${version})
  endforeach()
  find_program(${OUT} NAMES ${names} ${PROGRAM})
  if(NOT ${OUT})
    message(FATAL_ERROR "cicd: ${PROGRAM} is missing; try ./setup --tests, or configure with -DBUILD_TESTING=OFF")
  endif()
endfunction()
