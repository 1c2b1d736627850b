# Writes include/cicd/declare/options/fields_docs.ipp from the comments of the structs that a team declares.
#
#   cmake -P cmake/dev/field_docs.cmake                 writes the file
#   cmake -DCHECK=ON -P cmake/dev/field_docs.cmake      fails when the file is not what would be written
#
# steps.hpp, artifacts.hpp, workloads.hpp, environments.hpp and pipeline.hpp, with the options/*.inc that they include, give the words of each
# member, options/fields.hpp and workload_kinds.hpp the key under which the member is known.
cmake_minimum_required(VERSION 3.25)

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
set(folder "${root}/include/cicd/declare")

# The lines of a C++ file as a list; `;`, `[` and `]`, which would end or join elements, become words.
function(read_lines path variable)
  file(READ "${path}" text)
  string(REPLACE ";" "@semicolon@" text "${text}")
  string(REPLACE "[" "@open@" text "${text}")
  string(REPLACE "]" "@close@" text "${text}")
  string(REPLACE "\n" ";" text "${text}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# What read_lines replaced, as it was.
function(restore_text variable)
  string(REPLACE "@semicolon@" ";" text "${${variable}}")
  string(REPLACE "@open@" "[" text "${text}")
  string(REPLACE "@close@" "]" text "${text}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

read_lines("${folder}/options/fields.hpp" lines)
read_lines("${folder}/options/workload_kinds.hpp" of_workloads)
foreach(line IN LISTS lines of_workloads)
  if(line MATCHES "^void each_field\\(([a-z_]+)&")
    set(kind "${CMAKE_MATCH_1}")
  elseif(line MATCHES "^void each_[a-z]+_option\\(")
    set(kind shared)
  elseif(line MATCHES "^  visit\\(\"([a-z_]+)\", of\\.([a-z_]+)(\\.\\.\\.)?\\)")
    set("key_of_${kind}_${CMAKE_MATCH_2}" "${CMAKE_MATCH_1}")
  endif()
endforeach()

string(CONCAT generated
  "// The words of every option, written by cmake/dev/field_docs.cmake from the comments of the declared structs.\n"
  "// Not to be edited: change the comment and run that script.\n"
  "#pragma once\n\n"
  "#include <cicd/declare/options/fields.hpp>\n\n"
  "namespace cicd {\n\n"
  "std::span<const field_doc> field_docs() {\n"
  "  static constexpr field_doc docs[] = {\n")
set(all "")
foreach(part IN ITEMS steps artifacts workloads environments pipeline)
  read_lines("${folder}/${part}.hpp" lines)
  foreach(line IN LISTS lines)
    if(line MATCHES "^#include <cicd/declare/(options/[a-z_]+.inc)>$")
      read_lines("${folder}/${CMAKE_MATCH_1}" line)
    endif()
    list(APPEND all "${line}")
  endforeach()
endforeach()
set(kind "")
foreach(line IN LISTS all)
  if(line MATCHES "^struct ([a-z_]+) {")
    set(kind "${CMAKE_MATCH_1}")
    set(text "")
    set(for_another_kind FALSE)
  elseif(line MATCHES "^  /// In ([a-z_]+): (.*)$")
    if(CMAKE_MATCH_1 STREQUAL kind)
      set(text "${CMAKE_MATCH_2} ")
    else()
      set(for_another_kind TRUE)
    endif()
  elseif(for_another_kind AND line MATCHES "^  ///")
    continue()
  elseif(line MATCHES "^  /// Example: (.*)$")
    set(example "${CMAKE_MATCH_1}")
  elseif(line MATCHES "^  /// Not: (.*)$")
    set(wrong "${CMAKE_MATCH_1}")
  elseif(line MATCHES "^  /// (.*)$")
    string(APPEND text "${CMAKE_MATCH_1} ")
  elseif(line MATCHES "^  [a-z][^=]* ([a-z_]+)({}| = .*|)@semicolon@$" AND NOT text STREQUAL "")
    set(for_another_kind FALSE)
    set(key "${key_of_${kind}_${CMAKE_MATCH_1}}")
    if(key STREQUAL "")
      set(key "${key_of_shared_${CMAKE_MATCH_1}}")
    endif()
    if(key STREQUAL "")
      message(FATAL_ERROR "fields.hpp and workload_kinds.hpp do not visit ${kind}::${CMAKE_MATCH_1}, which has a comment")
    endif()
    string(STRIP "${text}" text)
    foreach(part text example wrong)
      restore_text(${part})
    endforeach()
    string(APPEND generated
      "      {\"${kind}.${key}\",\n       R\"~(${text})~\",\n       R\"~(${example})~\",\n       R\"~(${wrong})~\"},\n")
    set(text "")
    set(example "")
    set(wrong "")
  endif()
endforeach()
string(APPEND generated "  };\n  return docs;\n}\n\n}  // namespace cicd\n")

set(target "${folder}/options/fields_docs.ipp")
if(CHECK)
  file(READ "${target}" existing)
  if(NOT existing STREQUAL generated)
    message(FATAL_ERROR "options/fields_docs.ipp is not what the comments of the declared structs give; run: cmake -P cmake/dev/field_docs.cmake")
  endif()
else()
  file(WRITE "${target}" "${generated}")
endif()
