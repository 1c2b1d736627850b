// The calls of what `declare` gives, into a file; by the standard library alone.
#pragma once

#include <cicd/declare/typed_program.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <cicd/declare/typed_calls.hpp>

namespace cicd {

namespace declare_typed_program {
namespace {

int write(const std::vector<pipeline>& declared, const char* to, const typed_place& from) {
  std::string lines;
  std::size_t count = 0;
  for (const pipeline& each : declared)
    for (const call& one : calls_of(each, from)) {
      lines += line_of(one);
      ++count;
    }
  lines += "{\"calls\":" + std::to_string(count) + "}\n";
  std::FILE* file = std::fopen(to, "w");
  if (file == nullptr) return std::perror(to), 7;
  const bool is_whole = std::fwrite(lines.data(), 1, lines.size(), file) == lines.size();
  if (std::fclose(file) != 0 || !is_whole) return std::perror(to), 7;
  return 0;
}

template <typename Declared>
int printed(int count, char** words, Declared declared) {
  if (count < 5) return std::fputs("this program is run by cicd when CMake configures\n", stderr), 2;
  const typed_place from{words[2], words[3], words[4], {words + 5, words + count}};
  try {
    return write(declared(), words[1], from);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s: declare() threw an exception: %s\n", words[2],
                 with_includes(failure.what(), from).c_str());
  } catch (...) {
    std::fprintf(stderr, "%s: declare() threw something else than a std::exception\n", words[2]);
  }
  return 2;
}

}  // namespace
}  // namespace declare_typed_program

int print_declared(int count, char** words, pipeline (*declare)()) {
  return declare_typed_program::printed(count, words, [declare] {
    std::vector<pipeline> all;
    all.push_back(declare());
    return all;
  });
}

int print_declared(int count, char** words, std::vector<pipeline> (*declare)()) {
  return declare_typed_program::printed(count, words, declare);
}

}  // namespace cicd
