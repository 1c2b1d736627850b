# Gathers the licences of what the driver that is packed holds of others: the libraries that it is linked with, and those that it is
# compiled with as headers. Read with package_needs.cmake:
#   CPACK_CICD_HEADERS    headers of libraries, as driver/dependencies.cmake finds them
#   CPACK_CICD_LINKED     the list that the linker wrote of the files that it read
#   CPACK_CICD_LICENSE    the file with cicd's own licence
#   CPACK_CICD_GATHERED   the folder to write: `copyright` in Debian's machine-readable form, with the text of each, and LICENSES/ with
#                         what those texts only name, since other systems have no /usr/share/common-licenses

# The files of others that the driver is made of.
function(find_foreign_files result)
  if(NOT EXISTS "${CPACK_CICD_LINKED}")
    message(FATAL_ERROR "cicd: the linker has not listed the libraries that the driver holds, and the package must bring their licences: "
      "${CPACK_CICD_LINKED} is missing; try the linker of binutils 2.35 or later, then build the driver anew")
  endif()
  cmake_path(GET CPACK_CICD_LINKED PARENT_PATH own)
  file(READ "${CPACK_CICD_LINKED}" text)
  string(REGEX REPLACE " *\\\\?\n *" "\n" text "${text}\n")
  string(REPLACE "\\ " " " text "${text}")
  string(REGEX MATCHALL "[^\n]+\\.[ao]\n" files "${text}")
  list(TRANSFORM files STRIP)
  list(FILTER files INCLUDE REGEX "^/")
  set(foreign "")
  foreach(file IN LISTS files CPACK_CICD_HEADERS)
    file(REAL_PATH "${file}" file)
    cmake_path(IS_PREFIX own "${file}" is_own)
    if(NOT is_own)
      list(APPEND foreign "${file}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES foreign)
  list(SORT foreign)
  set(${result} "${foreign}" PARENT_SCOPE)
endfunction()

# Sets package_of_<file> for each file that a package has brought: one call for all.
function(find_packages_of)
  list(TRANSFORM ARGN REPLACE "^/usr/" "/" OUTPUT_VARIABLE unmerged) # as a package calls it that was made before /lib became a link
  execute_process(COMMAND dpkg-query --search ${ARGN} ${unmerged} OUTPUT_VARIABLE words ERROR_QUIET)
  foreach(file path IN ZIP_LISTS ARGN unmerged)
    foreach(name IN ITEMS "${path}" "${file}")
      string(FIND "\n${words}" ": ${name}\n" at)
      if(NOT at EQUAL -1)
        string(SUBSTRING "\n${words}" 0 ${at} before)
        string(REGEX MATCH "\n([a-z0-9.+-]+)[^\n]*$" line "${before}")
        set("package_of_${file}" "${CMAKE_MATCH_1}" PARENT_SCOPE)
      endif()
    endforeach()
  endforeach()
endfunction()

# As text of a field of the copyright file: each line indented, an empty one a dot.
function(read_as_field result file)
  file(READ "${file}" text)
  string(STRIP "${text}" text)
  string(REGEX REPLACE "[ \t\r]+\n" "\n" text "${text}")
  string(REPLACE "\n" "\n " text " ${text}")
  string(REGEX REPLACE "\n \n" "\n .\n" text "${text}")
  string(REGEX REPLACE "\n \n" "\n .\n" text "${text}") # every second one of several
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Copies what texts of licences name below /usr/share/common-licenses.
function(gather_common_licenses text)
  string(REGEX MATCHALL "/usr/share/common-licenses/[A-Za-z0-9.+-]*[A-Za-z0-9]" named "${text}")
  list(REMOVE_DUPLICATES named)
  foreach(path IN LISTS named)
    if(NOT EXISTS "${path}")
      message(FATAL_ERROR "cicd: a licence that the package must bring is missing: ${path}; try apt-get install --reinstall base-files")
    endif()
    cmake_path(GET path FILENAME name)
    file(REAL_PATH "${path}" path)
    configure_file("${path}" "${CPACK_CICD_GATHERED}/LICENSES/${name}" COPYONLY)
  endforeach()
endfunction()

find_foreign_files(foreign)
find_packages_of(${foreign})
set(packages "")
set(unknown "")
foreach(file IN LISTS foreign)
  set(package "${package_of_${file}}")
  if(package AND EXISTS "/usr/share/doc/${package}/copyright")
    list(APPEND packages ${package})
    cmake_path(GET file FILENAME name)
    list(APPEND files_of_${package} "${name}")
  else()
    list(APPEND unknown "${file}")
  endif()
endforeach()
if(unknown)
  list(JOIN unknown ", " unknown)
  message(FATAL_ERROR "cicd: no licence text is found for what the driver is made of: ${unknown}; the package must bring the texts, which "
    "Debian's packages have in /usr/share/doc/<package>/copyright: try ./setup, and build the driver with its libraries")
endif()
list(REMOVE_DUPLICATES packages)

file(REMOVE_RECURSE "${CPACK_CICD_GATHERED}")
set(held "")
set(texts "")
foreach(package IN LISTS packages)
  execute_process(COMMAND dpkg-query --show --showformat "\${Version}\\n" "${package}" OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "\n.*" "" version "${version}")
  list(REMOVE_DUPLICATES files_of_${package})
  list(JOIN files_of_${package} ", " files)
  string(APPEND held "\n ${package} ${version}: ${files}")
  read_as_field(text "/usr/share/doc/${package}/copyright")
  string(APPEND texts "\nLicense: ${package}\n${text}\n")
endforeach()
read_as_field(own "${CPACK_CICD_LICENSE}")
list(JOIN packages " and " packages)
file(WRITE "${CPACK_CICD_GATHERED}/copyright" "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: cicd

Files: *
Copyright: the authors of cicd
License: Apache-2.0

Files: */bin/cicd
Copyright: the authors of cicd, and those that the texts below name
License: Apache-2.0 and ${packages}
Comment:
 The program holds parts of these packages of the system that it was made on, each under the terms of the paragraph of its name.
 Texts that they name in /usr/share/common-licenses are in LICENSES beside this file, too.${held}

License: Apache-2.0
${own}
${texts}")
gather_common_licenses("${texts}")
