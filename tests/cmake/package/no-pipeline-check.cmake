# A project that only finds the package pays for nothing and gets nothing.
if(EXISTS "${build}/.cicd")
  fail("there is a ${build}/.cicd")
endif()
