# The end of configure: the records go to a file, the driver reads and judges them and says what they turn into.
# Knows the commands "describe" and the files under <build>/.cicd, not what is declared.

# Runs once, deferred to the end of the top-level list file. What it schedules runs in that directory's own scope: a test
# that is added within a function, without enable_testing() outside of one, does not exist.
function(_cicd_end_configure)
  set_property(GLOBAL PROPERTY _CICD_MOMENT "described")
  _cicd_check_paths()
  _cicd_make_own_folder("${CMAKE_BINARY_DIR}/.cicd")
  _cicd_find_driver(driver)
  _cicd_write_declarations()
  _cicd_write_build_tree()
  _cicd_write_launcher("${driver}")
  _cicd_find_compiler_program(compiler)
  get_property(library GLOBAL PROPERTY _CICD_LIBRARY)
  get_property(headers GLOBAL PROPERTY _CICD_HEADERS)
  execute_process(COMMAND "${driver}" describe --build-root "${CMAKE_BINARY_DIR}"
    --compiler "${compiler}" --library "${library}" --headers "${headers}" RESULT_VARIABLE status)
  if(status EQUAL 0)
    cmake_language(DEFER CALL include "${CMAKE_BINARY_DIR}/.cicd/typed.cmake" OPTIONAL)
    cmake_language(DEFER CALL enable_testing)
    cmake_language(DEFER CALL include "${CMAKE_BINARY_DIR}/.cicd/targets.cmake")
    cmake_language(DEFER CALL _cicd_end_targets)
  elseif(status EQUAL 2)
    cmake_language(DEFER CALL message FATAL_ERROR "cicd: the declarations have errors, see above")
  else()
    _cicd_explain_failure(words "${driver}" "${status}")
    cmake_language(EVAL CODE "cmake_language(DEFER CALL message FATAL_ERROR [==[${words}]==])")
  endif()
endfunction()

# Why the driver did not read the declarations: it failed, or it does not start here at all, as one that was installed for
# another kind of machine.
function(_cicd_explain_failure result driver status)
  set(words "cicd: the driver failed to read the declarations (${status}): ${driver}")
  execute_process(COMMAND "${driver}" --version RESULT_VARIABLE start OUTPUT_QUIET ERROR_QUIET)
  if(NOT start EQUAL 0)
    string(CONCAT words "cicd: the driver does not run on this machine (${status}): ${driver}; it was built for another kind of machine or "
      "for a newer C library: install a cicd that was built for ${CMAKE_HOST_SYSTEM_NAME} on ${CMAKE_HOST_SYSTEM_PROCESSOR} with the C library "
      "of this machine or an older one, or build it from its sources")
  endif()
  set(${result} "${words}" PARENT_SCOPE)
endfunction()

# Makes a folder for this user alone: what is recorded, and what steps print, may hold secrets. One that is there stays as it
# is: it may have been opened on purpose, and another user's cannot be changed.
function(_cicd_make_own_folder folder)
  if(NOT EXISTS "${folder}")
    file(MAKE_DIRECTORY "${folder}")
    file(CHMOD "${folder}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  endif()
endfunction()

# What CMake or the generator would refuse later in words of their own, or write wrongly without a word: a list's ";", a comment's
# "#", the "<" and ">" of generator expressions, the "$(name)" of make's variables, what a shell expands, and what a generator's own
# language is made of.
function(_cicd_check_paths)
  set(refused "[;#<>?\n]|[$][(][A-Za-z0-9_]+[)]")
  if(CMAKE_GENERATOR MATCHES "Makefiles")
    string(APPEND refused "|\"")
  elseif(CMAKE_GENERATOR MATCHES "Ninja")
    string(APPEND refused "|[|]")
  endif()
  foreach(tree IN ITEMS source build)
    string(TOUPPER "CMAKE_${tree}_DIR" folder)
    string(REPLACE BUILD BINARY folder "${folder}")
    set(folder "${${folder}}")
    if(folder MATCHES "${refused}")
      string(REPLACE "\n" "a line end" found "${CMAKE_MATCH_0}")
      message(FATAL_ERROR "cicd: the path of the ${tree} tree holds '${found}', which CMake and ${CMAKE_GENERATOR} cannot take: "
        "'${folder}'")
    endif()
  endforeach()
  file(REAL_PATH "${CMAKE_SOURCE_DIR}" source)
  file(REAL_PATH "${CMAKE_BINARY_DIR}" build)
  if(source STREQUAL build)
    message(FATAL_ERROR "cicd: the build tree is the source tree: '${source}'\n"
      "What a step reads could not be told from what the build makes. Remove CMakeCache.txt and CMakeFiles there, and configure "
      "into a folder of its own: cmake -B build")
  endif()
endfunction()

# <build>/.cicd/declarations.ndjson, by a rename and only when it changes: a driver may be reading it. The last line tells a
# whole file from a part of one.
function(_cicd_write_declarations)
  get_property(calls GLOBAL PROPERTY _CICD_CALLS)
  get_property(templates GLOBAL PROPERTY _CICD_TEMPLATES)
  _cicd_note_settings() # those of the top level may be set after the last call
  get_property(folders GLOBAL PROPERTY _CICD_TEMPLATE_PATH)
  list(APPEND folders ${templates})
  list(REMOVE_DUPLICATES folders)
  set(template_path "")
  foreach(folder IN LISTS folders)
    cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY "${CMAKE_SOURCE_DIR}" NORMALIZE)
    _cicd_to_json(text "${folder}")
    string(APPEND template_path ",${text}")
    file(GLOB read "${folder}/*/template.json")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${read}")
  endforeach()
  string(SUBSTRING "${template_path}" 1 -1 template_path)
  _cicd_to_json(source_root "${CMAKE_SOURCE_DIR}")
  _cicd_to_json(build_root "${CMAKE_BINARY_DIR}")
  _cicd_find_prefix(prefix)
  _cicd_to_json(target_prefix "${prefix}")
  _cicd_find_configurations(configurations)
  _cicd_files_of_configure(files)
  _cicd_find_settings(settings)
  set(lines
    "{\"cicd\":1,\"source_root\":${source_root},\"build_root\":${build_root},\"target_prefix\":${target_prefix},\"template_path\":[${template_path}],\"configurations\":[${configurations}],\"files\":[${files}]${settings}}\n${calls}")
  get_property(number GLOBAL PROPERTY _CICD_CALL_COUNT)
  string(SHA256 digest "${lines}")
  _cicd_write_changed("${CMAKE_BINARY_DIR}/.cicd/declarations.ndjson" PRIVATE
    "${lines}{\"calls\":${number},\"sha256\":\"${digest}\"}\n")
endfunction()

# What the cache holds for settings, `-D<pipeline>.<setting>=…` or cacheVariables of a preset, as members of the first line; nothing
# where there is none. Whether there is such a setting is said by the driver.
function(_cicd_find_settings result)
  get_cmake_property(variables CACHE_VARIABLES)
  list(FILTER variables INCLUDE REGEX "^[a-z0-9][a-z0-9-]*[.][A-Za-z0-9_.-]+$")
  set(members "")
  foreach(variable IN LISTS variables)
    get_property(value CACHE "${variable}" PROPERTY VALUE)
    set(used "${${variable}}") # CMake says which of -D nothing reads
    _cicd_to_json(name "${variable}")
    _cicd_to_json(value "${value}")
    string(APPEND members ",${name}:${value}")
  endforeach()
  if(NOT members STREQUAL "")
    string(SUBSTRING "${members}" 1 -1 members)
    set(members ",\"settings\":{${members}}")
  endif()
  if(CICD_OF_ANOTHER_COMMIT)
    string(APPEND members ",\"other_commit\":true")
  endif()
  set(${result} "${members}" PARENT_SCOPE)
endfunction()

# CICD_TARGET_PREFIX, wherever it was set: there is one for the whole build tree.
function(_cicd_find_prefix result)
  get_property(prefixes GLOBAL PROPERTY _CICD_TARGET_PREFIXES)
  list(LENGTH prefixes count)
  if(count GREATER 1)
    list(JOIN prefixes "', '" prefixes)
    message(FATAL_ERROR "cicd: CICD_TARGET_PREFIX has several values, and is one for the whole build tree: '${prefixes}'\n"
      "Set it once, in the list file at the top")
  endif()
  set_property(GLOBAL PROPERTY _CICD_TARGET_PREFIX "${prefixes}")
  set(${result} "${prefixes}" PARENT_SCOPE)
endfunction()

# The configurations that generator expressions have a text for, as JSON: first that of a command that names none.
function(_cicd_find_configurations result)
  get_property(is_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  set(first "${CMAKE_BUILD_TYPE}")
  set(others "")
  if(is_multi_config)
    set(others ${CMAKE_DEFAULT_BUILD_TYPE} ${CMAKE_CONFIGURATION_TYPES})
    list(REMOVE_DUPLICATES others)
    list(POP_FRONT others first)
  endif()
  set_property(GLOBAL PROPERTY _CICD_CONFIGURATION "${first}")
  _cicd_to_json(text "${first}")
  foreach(name IN LISTS others)
    _cicd_to_json(next "${name}")
    string(APPEND text ",${next}")
  endforeach()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# The files that the calls come from, with what they hold now, as JSON: the list file of each folder, and each file that a
# call went through (the file that is included, that of a function). The package's own are none of the declaration.
function(_cicd_files_of_configure result)
  get_property(files GLOBAL PROPERTY _CICD_LIST_FILES)
  set(folders "${CMAKE_SOURCE_DIR}")
  while(NOT folders STREQUAL "")
    list(POP_FRONT folders folder)
    list(APPEND files "${folder}/CMakeLists.txt")
    get_property(below DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
    list(APPEND folders ${below})
  endwhile()
  list(REMOVE_DUPLICATES files)
  set(members "")
  foreach(file IN LISTS files)
    cmake_path(IS_PREFIX CMAKE_CURRENT_FUNCTION_LIST_DIR "${file}" is_own)
    if(is_own OR NOT EXISTS "${file}" OR IS_DIRECTORY "${file}") # code that was made by EVAL has a name, and no file
      continue()
    endif()
    file(SHA256 "${file}" digest)
    _cicd_to_json(text "${file}")
    string(APPEND members ",{\"path\":${text},\"sha256\":\"${digest}\"}")
  endforeach()
  string(REGEX REPLACE "^," "" members "${members}")
  set(${result} "${members}" PARENT_SCOPE)
endfunction()

# <build>/.cicd/build-tree.json: how this build tree was made, for messages that say how to run something again.
function(_cicd_write_build_tree)
  get_property(version GLOBAL PROPERTY _CICD_VERSION)
  set(members "")
  foreach(member IN ITEMS cmake:CMAKE_COMMAND generator:CMAKE_GENERATOR build_root:CMAKE_BINARY_DIR
      source_root:CMAKE_SOURCE_DIR version:version)
    string(REGEX MATCH "^([a-z_]+):(.+)$" matched "${member}")
    _cicd_to_json(text "${${CMAKE_MATCH_2}}")
    string(APPEND members ",\n  \"${CMAKE_MATCH_1}\": ${text}")
  endforeach()
  string(SUBSTRING "${members}" 1 -1 members)
  _cicd_write_changed("${CMAKE_BINARY_DIR}/.cicd/build-tree.json" "{${members}\n}\n")
endfunction()

# <build>/.cicd/cicd: the driver, told which build tree it is asked about.
function(_cicd_write_launcher driver)
  set(launcher "${CMAKE_BINARY_DIR}/.cicd/cicd")
  _cicd_to_shell(build_root "${CMAKE_BINARY_DIR}")
  _cicd_to_shell(driver "${driver}")
  _cicd_write_changed("${launcher}"
    "#!/bin/sh\n# The driver of this build tree. Written by CMake.\nCICD_BUILD_ROOT=${build_root}\nexport CICD_BUILD_ROOT\nexec ${driver} \"$@\"\n")
  file(CHMOD "${launcher}" PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endfunction()

# A text as one word of a POSIX shell.
function(_cicd_to_shell result text)
  string(REPLACE "'" "'\\''" text "${text}")
  set(${result} "'${text}'" PARENT_SCOPE)
endfunction()

# Writes a file through a temporary one beside it, unless it holds just that already; for the user alone if PRIVATE.
function(_cicd_write_changed path)
  set(content "${ARGV1}")
  set(mode "")
  if(content STREQUAL "PRIVATE")
    set(content "${ARGV2}")
    set(mode PERMISSIONS OWNER_READ OWNER_WRITE)
    file(WRITE "${path}.new" "")
    file(CHMOD "${path}.new" ${mode})
  endif()
  file(WRITE "${path}.new" "${content}")
  if(EXISTS "${path}")
    file(SIZE "${path}" old)
    file(SIZE "${path}.new" new)
    if(old EQUAL new) # a pipe, which would be read without end, has no size
      file(SHA256 "${path}" old)
      file(SHA256 "${path}.new" new)
      if(old STREQUAL new)
        file(REMOVE "${path}.new")
        if(mode)
          file(CHMOD "${path}" ${mode})
        endif()
        return()
      endif()
    endif()
  endif()
  file(RENAME "${path}.new" "${path}")
endfunction()
