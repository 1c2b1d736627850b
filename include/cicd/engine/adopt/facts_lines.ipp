// Formats whose lines stand for themselves: properties, go.mod, and the literal lines of a Gradle build.
#pragma once

#include <cicd/engine/adopt/facts.hpp>

#include <algorithm>

#include <cicd/base/text.hpp>

namespace cicd::source_files {

namespace engine_adopt_facts_lines {
namespace {

/// Each line with its number, without blanks around it; those that begin with `comment` and empty ones not.
template <typename Each>
void for_each_line(std::string_view text, std::string_view comment, Each&& each) {
  int number = 0;
  for (const std::string& whole : split(text, '\n')) {
    ++number;
    const std::string_view line = trimmed(whole);
    if (!line.empty() && !line.starts_with(comment)) each(line, number);
  }
}

std::string_view unquoted(std::string_view word) {
  const bool is_quoted =
      word.size() >= 2 && (word.front() == '"' || word.front() == '`') && word.back() == word.front();
  return is_quoted ? word.substr(1, word.size() - 2) : word;
}

}  // namespace
}  // namespace engine_adopt_facts_lines

void read_properties(std::string_view text, file_facts& to) {
  engine_adopt_facts_lines::for_each_line(text, "#", [&](std::string_view line, int number) {
    const auto equals = line.find_first_of("=:");
    if (equals == line.npos || line.starts_with('!')) return;
    to.add(std::string(trimmed(line.substr(0, equals))), std::string(trimmed(line.substr(equals + 1))),
           number);
  });
}

void read_directives(std::string_view text, file_facts& to) {
  std::string block;
  engine_adopt_facts_lines::for_each_line(text, "//", [&](std::string_view line, int number) {
    line = trimmed(line.substr(0, line.find("//")));
    if (line == ")") return block.clear();
    const auto blank = line.find_first_of(" \t");
    const std::string first(line.substr(0, blank));
    const std::string_view rest = blank == line.npos ? std::string_view() : trimmed(line.substr(blank));
    if (rest == "(") return void(block = first);
    const std::string_view value = block.empty() ? rest : line;
    to.add(block.empty() ? first : block, std::string(engine_adopt_facts_lines::unquoted(value)), number);
  });
}

void read_gradle(std::string_view text, file_facts& to) {
  engine_adopt_facts_lines::for_each_line(text, "//", [&](std::string_view line, int number) {
    const auto end = line.find_first_of(" \t=(");
    const auto open = line.find_first_of("\"'", std::min(end, line.size()));
    if (end == line.npos || open == line.npos) return;
    const std::string_view between = line.substr(end, open - end);
    const auto close = line.find(line[open], open + 1);
    if (between.find_first_not_of(" \t=(") != between.npos || close == line.npos) return;
    const std::string_view value = line.substr(open + 1, close - open - 1);
    if (value.find('$') == value.npos) to.add(std::string(line.substr(0, end)), std::string(value), number);
  });
}

}  // namespace cicd::source_files
