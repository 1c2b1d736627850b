# Recording: one line of JSON for each call of a public function, its arguments word for word.
# Knows no keyword and no pipeline. JSON is put together line by line: string(JSON) is quadratic.

# Records the call of the function that this stands in. A macro, so that ARGV<n> and the function's name are that
# function's: a list would join "[a" "b]" and lose a "\" at the end.
macro(_cicd_record_call count)
  _cicd_check_moment("${CMAKE_CURRENT_FUNCTION}")
  set(arguments "")
  set(index 0)
  while(index LESS ${count})
    _cicd_to_json_argument(argument "${ARGV${index}}")
    string(APPEND arguments ",${argument}")
    math(EXPR index "${index} + 1")
  endwhile()
  _cicd_record_line("${CMAKE_CURRENT_FUNCTION}" "${arguments}")
endmacro()

# Adds the line of a call whose arguments are already JSON, each with a comma before it.
function(_cicd_record_line name arguments)
  _cicd_note_settings()
  set(counter "_CICD_COUNT ${name} ${CMAKE_CURRENT_LIST_FILE}")
  get_property(which GLOBAL PROPERTY "${counter}")
  math(EXPR which "0${which} + 1")
  set_property(GLOBAL PROPERTY "${counter}" ${which})
  string(REGEX REPLACE "^," "" arguments "${arguments}")
  _cicd_to_json(list_file "${CMAKE_CURRENT_LIST_FILE}")
  _cicd_to_json(directory "${CMAKE_CURRENT_SOURCE_DIR}")
  get_property(number GLOBAL PROPERTY _CICD_CALL_COUNT)
  math(EXPR number "0${number} + 1")
  set_property(GLOBAL PROPERTY _CICD_CALL_COUNT ${number})
  get_property(files DIRECTORY PROPERTY LISTFILE_STACK)
  set_property(GLOBAL APPEND PROPERTY _CICD_LIST_FILES "${CMAKE_CURRENT_LIST_FILE}" ${files})
  _cicd_ways_to_call(through "${files}")
  set_property(GLOBAL APPEND_STRING PROPERTY _CICD_CALLS
    "{\"function\":\"${name}\",\"list_file\":${list_file},\"which\":${which},\"directory\":${directory}${through},\"arguments\":[${arguments}]}\n")
  if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.26) # the line of the call, which no older one tells
    message(CONFIGURE_LOG "cicd call ${number}")
  endif()
endfunction()

# The files that a call went through, as a member of its JSON, less the package's own; nothing where it is the calling list file
# alone. The last of them is the one that the call is written in.
function(_cicd_ways_to_call result files)
  set(text "")
  set(count 0)
  foreach(file IN LISTS files)
    cmake_path(IS_PREFIX CMAKE_CURRENT_FUNCTION_LIST_DIR "${file}" is_own)
    if(NOT is_own)
      math(EXPR count "${count} + 1")
      _cicd_to_json(json "${file}")
      string(APPEND text ",${json}")
    endif()
  endforeach()
  string(REGEX REPLACE "^," "" text "${text}")
  if(count GREATER 1)
    set(text ",\"through\":[${text}]")
  else()
    set(text "")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# What a list file set for the whole build tree: a variable of a subdirectory is not visible at the end of configure.
function(_cicd_note_settings)
  foreach(pair IN ITEMS CICD_TEMPLATE_PATH:_CICD_TEMPLATE_PATH CICD_TARGET_PREFIX:_CICD_TARGET_PREFIXES)
    string(REGEX MATCH "^([^:]+):(.+)$" pair "${pair}")
    set(variable "${CMAKE_MATCH_1}")
    set(property "${CMAKE_MATCH_2}")
    get_property(known GLOBAL PROPERTY ${property})
    foreach(value IN LISTS ${variable})
      if(NOT value IN_LIST known)
        set_property(GLOBAL APPEND PROPERTY ${property} "${value}")
      endif()
    endforeach()
  endforeach()
endfunction()

# Schedules the end of configure at the first call, and refuses a call that comes after it.
function(_cicd_check_moment name)
  get_property(moment GLOBAL PROPERTY _CICD_MOMENT)
  if(moment STREQUAL "described")
    message(FATAL_ERROR
      "cicd: ${name}() came after the declarations were read, at the end of configure; "
      "call it from a list file, not by cmake_language(DEFER)")
  elseif(NOT moment)
    set_property(GLOBAL PROPERTY _CICD_MOMENT "recording")
    cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL _cicd_end_configure)
  endif()
endfunction()

# One argument as JSON. The text behind a generator expression is known after configure only, and would not be valid JSON:
# it goes raw into a file for each configuration.
function(_cicd_to_json_argument result value)
  string(FIND "${value}" "$<" at)
  if(at EQUAL -1)
    _cicd_to_json(text "${value}")
  else()
    get_property(id GLOBAL PROPERTY _CICD_GENEX_COUNT)
    math(EXPR id "0${id} + 1")
    set_property(GLOBAL PROPERTY _CICD_GENEX_COUNT ${id})
    file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/.cicd/genex/${id}-$<CONFIG>" CONTENT "${value}"
      FILE_PERMISSIONS OWNER_READ OWNER_WRITE)
    set(text "{\"genex\":\"${id}\"}")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

string(ASCII 1 _cicd_first)
string(ASCII 31 _cicd_last)
set_property(GLOBAL PROPERTY _CICD_CONTROL_CHARACTER "[${_cicd_first}-${_cicd_last}]")
unset(_cicd_first)
unset(_cicd_last)

# A text as a JSON string, quotes included.
function(_cicd_to_json result text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  get_property(control_character GLOBAL PROPERTY _CICD_CONTROL_CHARACTER)
  if(text MATCHES "${control_character}")
    foreach(code RANGE 1 31)
      string(ASCII ${code} character)
      math(EXPR hexadecimal "${code} + 0x10000" OUTPUT_FORMAT HEXADECIMAL)
      string(SUBSTRING "${hexadecimal}" 3 -1 hexadecimal)
      string(REPLACE "${character}" "\\u${hexadecimal}" text "${text}")
    endforeach()
  endif()
  set(${result} "\"${text}\"" PARENT_SCOPE)
endfunction()
