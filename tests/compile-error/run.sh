#!/bin/sh
# Compiles each file here: right.cpp must compile without a warning, every other must not, and the compiler's message must hold what
# the file's line `// expects:` says (an extended regular expression). With g++ and with clang++, those that are there. What declares is
# compiled as the file of SOURCE is, and the first five lines count: further down nobody looks.
#
#   tests/compile-error/run.sh [<compiler>…]
#
# Exit status: 0 all as expected, 1 some not, 2 no compiler was found.
set -u
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
include=$here/../../include
if [ $# -eq 0 ]; then
  for candidate in "${CXX:-}" g++ clang++ clang++-14; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 && set -- "$@" "$candidate"
  done
fi
if [ $# -eq 0 ]; then
  echo "compile-error: no C++ compiler was found" >&2
  exit 2
fi

failures=0
complain() {
  echo "compile-error: $1" >&2
  failures=$((failures + 1))
}

for compiler in "$@"; do
  for file in "$here"/*.cpp; do
    name=$(basename "$file" .cpp)
    expected=$(sed -n 's|^// expects: ||p' "$file")
    flags="-Wall -Wextra -Wpedantic -Wno-missing-field-initializers" lines='$'
    if [ "$name" != right ] && grep -q declare/pipeline.hpp "$file"; then
      flags="-include cicd/run/typed_main.hpp" lines=5
    fi
    message=$("$compiler" -std=c++20 -fsyntax-only -I "$include" $flags "$file" 2>&1)
    status=$?
    if [ "$name" = right ]; then
      [ $status -eq 0 ] && [ -z "$message" ] || complain "$compiler: $name.cpp must compile without a warning:
$message"
    elif [ $status -eq 0 ]; then
      complain "$compiler: $name.cpp must not compile"
    elif ! printf '%s\n' "$message" | sed -n "1,${lines}p" | grep -E -q -e "$expected"; then
      complain "$compiler: $name.cpp: the message does not hold '$expected':
$message"
    fi
  done
  echo "compile-error: $compiler: $(ls "$here"/*.cpp | wc -l) files"
done
[ "$failures" -eq 0 ]
