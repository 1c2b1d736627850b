# Shows that layers.cmake can fail: each forbidden include, alone in a tree of its own, is refused by name.
#   cmake -DWORK=<folder> -P layers_twin.cmake
cmake_minimum_required(VERSION 3.25...4.1)

# A tree with one header that has one include must be judged like this: refused with the text, or accepted where it is empty.
function(judge file include text)
  file(REMOVE_RECURSE "${WORK}")
  file(WRITE "${WORK}/include/cicd/${file}" "#include ${include}\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DROOT=${WORK}" -P "${CMAKE_CURRENT_LIST_DIR}/layers.cmake"
    RESULT_VARIABLE status ERROR_VARIABLE stderr)
  if(text STREQUAL "" AND NOT status EQUAL 0)
    message(FATAL_ERROR "${file} with ${include} is refused: ${stderr}")
  elseif(NOT text STREQUAL "" AND (status EQUAL 0 OR NOT stderr MATCHES "${text}"))
    message(FATAL_ERROR "${file} with ${include} is not refused as '${text}': ${stderr}")
  endif()
endfunction()

judge(base/text.hpp "<cicd/declare/values/values.hpp>" "base/ may not include declare/")
judge(plan/plan.ipp "<cicd/run/loop.hpp>" "plan/ may not include run/")
judge(image/image.ipp "<cicd/kubernetes/render/objects.hpp>" "image/ may not include kubernetes/")
judge(observe/files.hpp "<cicd/plan/plan.hpp>" "observe/ may not include plan/")
judge(system/files.hpp "<boost/asio/io_context.hpp>" "only an .ipp file")
judge(system/files.hpp "\"files.hpp\"" "is written")
judge(run/loop.hpp "<cicd/cicd.hpp>" "umbrella")
judge(attic/old.hpp "<string>" "no such room")
judge(plan/plan.hpp "<cicd/observe/files.hpp>" "")
judge(system/files.ipp "<boost/asio/io_context.hpp>" "")
judge(driver/main.hpp "<cicd/report/console.hpp>" "")
file(REMOVE_RECURSE "${WORK}")
