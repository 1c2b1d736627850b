// The lines of a Dockerfile: continuations, comments between them, here-documents.
#pragma once

#include <cicd/engine/adopt/dockerfile.hpp>

#include <cicd/base/text.hpp>

namespace cicd::source_files {

namespace engine_adopt_dockerfile_lines {
namespace {

/// The word that ends the here-document which begins in the line; empty where none does.
std::string here_end(std::string_view line) {
  const auto sign = line.find("<<");
  if (sign == line.npos) return {};
  std::string_view word = line.substr(sign + 2);
  if (word.starts_with('-')) word.remove_prefix(1);
  word = word.substr(0, word.find_first_of(" \t"));
  return replaced_all(replaced_all(std::string(word), "\"", ""), "'", "");
}

bool has_here_document(const std::string& name) {
  return name == "RUN" || name == "COPY" || name == "ADD";
}

}  // namespace
}  // namespace engine_adopt_dockerfile_lines

std::vector<instruction> instructions_in(std::string_view text) {
  using namespace engine_adopt_dockerfile_lines;
  std::vector<instruction> all;
  std::string until;
  char escape = '\\';
  bool goes_on = false;
  int number = 0;
  for (const std::string& whole : split(text, '\n')) {
    ++number;
    std::string_view line = trimmed(whole);
    if (all.empty() && line.starts_with('#') && lower(line).find("escape=`") != std::string::npos)
      escape = '`';
    if (!until.empty()) {
      if (line == until) until.clear();
      continue;
    }
    if (line.empty() || line.starts_with('#')) continue;
    const bool continues = line.ends_with(escape);
    if (continues) line.remove_suffix(1);
    if (goes_on) {
      all.back().text.append(" ").append(trimmed(line));
    } else {
      const auto blank = line.find_first_of(" \t");
      all.push_back({upper(line.substr(0, blank)),
                     blank == line.npos ? std::string() : std::string(trimmed(line.substr(blank))), number});
    }
    goes_on = continues;
    if (!goes_on && has_here_document(all.back().name)) until = here_end(all.back().text);
  }
  return all;
}

}  // namespace cicd::source_files
