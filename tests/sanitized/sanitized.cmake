# What the suites need beside themselves when their programs are compiled with sanitizers (preset "sanitize"): ${suite_properties}
# for set_tests_properties. A report is a file of a folder: a suite that kills the program, or reads none of its words, would not
# see it. Before the suites the folder is made empty and the programs are asked whether they are sanitized; after them it is empty still.
# The check of virtual tables is off: it opens a pipe to read memory, and reports a fault where a test leaves the driver no descriptors.
option(CICD_TEST_SANITIZED "the programs of this build tree are sanitized; each report of a sanitizer is a failure" OFF)
set(suite_properties "")
set(suite_timeout 300)
if(NOT CICD_TEST_SANITIZED)
  return()
endif()
set(suite_timeout 1200) # A start of the driver takes several times as long.
set(reports "${PROJECT_BINARY_DIR}/sanitizer-reports")
# The status is no class of ours. What is freed is kept for later only in part: the driver's memory is a subject of tests.
set(suite_properties FIXTURES_REQUIRED sanitized ENVIRONMENT_MODIFICATION
  "ASAN_OPTIONS=set:exitcode=99:quarantine_size_mb=16:log_path=${reports}/asan\;UBSAN_OPTIONS=set:exitcode=99:print_stacktrace=1:log_path=${reports}/ubsan")
add_test(NAME sanitized.programs COMMAND "${CMAKE_CURRENT_LIST_DIR}/reports" begin "${reports}" "${PROJECT_BINARY_DIR}/package/cicd-config.cmake"
  $<TARGET_FILE:cicd> $<TARGET_FILE:image_tool> $<TARGET_FILE:gitops_tool>)
add_test(NAME sanitized.reports COMMAND "${CMAKE_CURRENT_LIST_DIR}/reports" end "${reports}")
set_tests_properties(sanitized.programs PROPERTIES LABELS sanitized FIXTURES_SETUP sanitized)
set_tests_properties(sanitized.reports PROPERTIES LABELS sanitized FIXTURES_CLEANUP sanitized)
