# What the target `package` makes, used by another project where there is no compiler: the archive, and the Debian package. Then an
# install with folders of its own.
#   cmake -DWORK=<folder> -DBUILD=<cicd's build tree> -DCICD_SOURCE=<folder> -DCXX=<compiler of cicd's build tree> -P package.cmake
cmake_minimum_required(VERSION 3.25...4.1)
include("${CMAKE_CURRENT_LIST_DIR}/../cmake/harness.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}/packages" "${WORK}/path" "${WORK}/archive — ü" "${WORK}/root")
set(source "${WORK}/service")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/project/" DESTINATION "${source}")
own_repository("${source}")

# A machine with the shell, git and a generator, and no compiler.
foreach(program IN ITEMS sh git ninja echo)
  find_program(path "${program}" REQUIRED NO_CACHE)
  file(CREATE_LINK "${path}" "${WORK}/path/${program}" SYMBOLIC)
  unset(path)
endforeach()
set(bare "PATH=${WORK}/path" --unset=CXX --unset=CC --unset=CICD_DRIVER_CACHE --unset=CICD_BUILD_ROOT)

# use_cicd(<prefix> <build tree> <argument>…): configures the project with the cicd that lies there, and runs a target of it.
function(use_cicd prefix build)
  set(environment ${bare})
  run(COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${build}" -G Ninja -DWAY=installed "-DCMAKE_PREFIX_PATH=${prefix}" ${ARGN})
  expect_no(stdout "building the driver")
  expect_file("${build}/.cicd/cicd" "exec '${prefix}/bin/cicd'")
  run(COMMAND "${CMAKE_COMMAND}" --build "${build}" --target build)
  expect(stdout "built by way of installed")
endfunction()

cmake_path(GET CMAKE_COMMAND PARENT_PATH programs)
run(COMMAND "${programs}/cpack" --config "${BUILD}/CPackConfig.cmake" -B "${WORK}/packages")
file(GLOB archive "${WORK}/packages/cicd-*-linux-*.tar.gz")
file(GLOB debian "${WORK}/packages/cicd_*.deb")
foreach(package IN ITEMS "${archive}" "${debian}")
  run(IN "${WORK}/packages" COMMAND sha256sum --check "${package}.sha256")
endforeach()

run(IN "${WORK}/archive — ü" COMMAND "${CMAKE_COMMAND}" -E tar xf "${archive}")
file(GLOB unpacked "${WORK}/archive — ü/cicd-*")
use_cicd("${unpacked}" "${WORK}/of archive")
# What a project is compiled for is not what the driver is for.
use_cicd("${unpacked}" "${WORK}/of 32 bits" -DCMAKE_SIZEOF_VOID_P=4)

run(COMMAND dpkg-deb --field "${debian}" Depends)
expect(stdout "^libc6 \\(>= 2\\.[0-9]+\\), cmake \\(>= 3\\.25\\)\n$")
run(COMMAND dpkg-deb --extract "${debian}" "${WORK}/root")
use_cicd("${WORK}/root/usr" "${WORK}/of debian")
foreach(file IN ITEMS man/man1/cicd.1 man/man1/cicd-explain.1 man/man7/cicd-pipeline.7 cicd/vscode/cicd.code-snippets
    cmake/cicd/completion.cmake)
  if(NOT EXISTS "${WORK}/root/usr/share/${file}")
    fail("the Debian package lacks share/${file}")
  endif()
endforeach()

# The licences of what the driver is linked with, as ninja has its command, and of what it is compiled with.
run(COMMAND ninja -C "${BUILD}" -t commands -s cicd)
string(REGEX MATCHALL "/lib[a-z0-9]+\\.a" linked "${stdout}")
list(FILTER linked EXCLUDE REGEX "/libcicd")
if(NOT linked)
  fail("the driver is linked with no library")
endif()
foreach(copyright IN ITEMS "${unpacked}/share/doc/cicd/copyright" "${WORK}/root/usr/share/doc/cicd/copyright")
  file(READ "${copyright}" text)
  string(REGEX REPLACE "\nLicense: Apache-2\\.0\n .*" "\n" stdout "${text}") # what it says before the texts
  expect(stdout "^Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n")
  foreach(file IN LISTS linked ITEMS /libstdc++.a /libgcc.a /asio.hpp /core.h /CLI.hpp)
    string(REGEX REPLACE "/(.*)\\.(.*)" "\\1\\\\.\\2" file "${file}")
    string(REPLACE "+" "\\+" file "${file}")
    if(NOT stdout MATCHES "\n ([a-z0-9.+-]+) [^ \n]+: ([^\n]+, )?${file}[,\n]")
      fail("no package is named whose file is ${file}")
    endif()
    set(package "${CMAKE_MATCH_1}")
    string(REPLACE "+" "\\+" pattern "${package}")
    expect(stdout "\nLicense: [^\n]* and ${pattern}( |\n)")
    expect_file("${copyright}" "\nLicense: ${package}\n ")
  endforeach()
  # What those texts only name, since it is not on every system.
  cmake_path(GET copyright PARENT_PATH folder)
  string(REGEX MATCHALL "/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]" named "${text}")
  list(REMOVE_DUPLICATES named)
  foreach(path IN LISTS named)
    cmake_path(GET path FILENAME name)
    expect_file("${folder}/LICENSES/${name}" "icense")
  endforeach()
endforeach()

# A library whose licence is not found is not packed.
file(WRITE "${WORK}/linked.d" "cicd: \\\n  driver/libcicd_own.a \\\n  /usr/lib/libof-nobody.a\n\n/usr/lib/libof-nobody.a:\n")
run(EXPECT 1 COMMAND "${CMAKE_COMMAND}" "-DCPACK_CICD_LINKED=${WORK}/linked.d" "-DCPACK_CICD_GATHERED=${WORK}/licenses"
  -P "${CICD_SOURCE}/cmake/dev/package_licenses.cmake")
string(REGEX REPLACE "[ \n]+" " " stderr "${stderr}")
expect(stderr "no licence text is found for what the driver is made of: /usr/lib/libof-nobody\\.a; ")
run(EXPECT 1 COMMAND "${CMAKE_COMMAND}" "-DCPACK_CICD_LINKED=${WORK}/no-list.d" -P "${CICD_SOURCE}/cmake/dev/package_licenses.cmake")
string(REGEX REPLACE "[ \n]+" " " stderr "${stderr}")
expect(stderr "the linker has not listed the libraries .*/no-list\\.d is missing")

# A driver that loads more than the C library is not packed.
file(WRITE "${WORK}/shared" "libc.so.6\nGLIBC_2.36\nlibarchive.so.13\n")
run(EXPECT 1 COMMAND "${CMAKE_COMMAND}" "-DCPACK_CICD_DRIVER=${WORK}/shared" -P "${CICD_SOURCE}/cmake/dev/package_needs.cmake")
string(REGEX REPLACE "[ \n]+" " " stderr "${stderr}")
expect(stderr "would not run where they are missing: libarchive\\.so\\.13;")

# A driver that does not start here.
file(WRITE "${WORK}/root/usr/bin/cicd" "of another machine\n")
set(environment ${bare})
run(EXPECT 1 COMMAND "${CMAKE_COMMAND}" -S "${source}" -B "${WORK}/of another" -G Ninja -DWAY=installed "-DCMAKE_PREFIX_PATH=${WORK}/root/usr")
string(REGEX REPLACE "[ \n]+" " " stderr "${stderr}")
expect(stderr "cicd: the driver does not run on this machine \\([^)]+\\): ${WORK}/root/usr/bin/cicd; .* built for Linux on [a-z0-9_]+ with ")

# A folder of headers of one's own: the targets name it.
set(environment CMAKE_BUILD_TYPE=Release --unset=CMAKE_CXX_COMPILER_LAUNCHER)
run(COMMAND "${CMAKE_COMMAND}" -S "${CICD_SOURCE}" -B "${WORK}/tree" -G Ninja -DBUILD_TESTING=OFF "-DCMAKE_CXX_COMPILER=${CXX}"
  -DCMAKE_INSTALL_INCLUDEDIR=headers/of-cicd)
file(COPY "${BUILD}/cicd" "${BUILD}/libcicd_typed.a" "${BUILD}/libcicd_testing.a" "${BUILD}/manual" "${BUILD}/editors" DESTINATION "${WORK}/tree")
run(COMMAND "${CMAKE_COMMAND}" --install "${WORK}/tree" --prefix "${WORK}/own folders")
file(WRITE "${WORK}/headers/CMakeLists.txt" [==[
cmake_minimum_required(VERSION 3.25)
project(headers LANGUAGES NONE)
find_package(cicd REQUIRED)
foreach(target IN ITEMS cicd::cicd cicd::pipeline)
  get_property(folders TARGET ${target} PROPERTY INTERFACE_INCLUDE_DIRECTORIES)
  list(GET folders 0 folder)
  if(NOT EXISTS "${folder}/cicd/pipeline.hpp")
    message(FATAL_ERROR "${target} has its headers in '${folders}'")
  endif()
endforeach()
]==])
run(COMMAND "${CMAKE_COMMAND}" -S "${WORK}/headers" -B "${WORK}/headers/build" -G Ninja "-DCMAKE_PREFIX_PATH=${WORK}/own folders")
