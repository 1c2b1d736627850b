// Calls as lines of JSON, by the standard library alone.
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

void append_quoted(std::string& to, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  to += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (byte < ' ') {
      to += "\\u00";
      to += digits[byte >> 4U];
      to += digits[byte & 15U];
    } else {
      to += c;
    }
  }
  to += '"';
}

void append_member(std::string& to, std::string_view name, std::string_view text) {
  append_quoted(to, name);
  to += ':';
  append_quoted(to, text);
  to += ',';
}

void append_call(std::string& to, const call& of) {
  to += '{';
  append_member(to, "function", of.where.function);
  append_member(to, "list_file", of.where.list_file);
  if (!of.where.lines.empty()) {
    if (of.where.lines.front().file != of.where.list_file)
      append_member(to, "file", of.where.lines.front().file);
    to += "\"line\":" + std::to_string(of.where.lines.front().line) + ',';
  }
  append_member(to, "part", of.where.part);
  append_member(to, "directory", of.directory);
  to += "\"arguments\":[";
  for (const std::string& each : of.arguments) {
    if (&each != &of.arguments.front()) to += ',';
    append_quoted(to, each);
  }
  to += "]}\n";
}

int write(const std::vector<pipeline>& declared, const char* to, const typed_place& from) {
  std::string lines;
  std::size_t count = 0;
  for (const pipeline& each : declared)
    for (const call& one : calls_of(each, from)) {
      append_call(lines, one);
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
