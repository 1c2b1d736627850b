# Where no library is to be found: each is named, with its version and package, all at once.
run(EXPECT 1 COMMAND "${CMAKE_COMMAND}" -S "${CICD_SOURCE}/driver" -B "${WORK}/driver" -G Ninja
  "-DCMAKE_FIND_ROOT_PATH=${WORK}/nothing" -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY)
file(READ "${WORK}/driver/missing.txt" words)
expect(words "Boost 1\\.81 or later: apt-get install libboost1\\.81-dev \\(Debian 12\\) or libboost-dev \\(Debian 13, Ubuntu 24\\.04\\)\n")
foreach(part IN ITEMS fmt CLI11 libarchive SQLite libdeflate zlib zstd liblzma OpenSSL)
  expect(words "\n  ${part} [0-9.]+ or later: apt-get install lib|\n  ${part} [0-9.]+ or later: apt-get install zlib1g-dev\n")
endforeach()
expect(words "  try: \\./setup\n$")
