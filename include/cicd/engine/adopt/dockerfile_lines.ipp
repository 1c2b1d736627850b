// The lines of a Dockerfile: continuations, comments between them, here-documents.
#pragma once

#include <cicd/engine/adopt/dockerfile.hpp>

#include <algorithm>
#include <deque>

#include <cicd/base/text.hpp>

namespace cicd::source_files {

namespace engine_adopt_dockerfile_lines {
namespace {

struct here_document {
  std::string end;
  bool strips_tabs = false;
};

/// `<<EOF`, `3<<-"EOF"`: nothing where the word is another one.
std::optional<here_document> here_in(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of("0123456789"), word.size()));
  if (!word.starts_with("<<")) return std::nullopt;
  word.remove_prefix(2);
  const bool strips = word.starts_with('-');
  if (strips) word.remove_prefix(1);
  std::string end = replaced_all(replaced_all(std::string(word), "\"", ""), "'", "");
  const bool is_name = !end.empty() && end.find('<') == end.npos;
  return is_name ? std::optional(here_document{std::move(end), strips}) : std::nullopt;
}

/// The here-documents that begin in the line, by its words; within quotes none does.
std::deque<here_document> here_documents_in(std::string_view line) {
  std::deque<here_document> all;
  char quote = 0;
  std::size_t start = 0;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    const char c = at < line.size() ? line[at] : ' ';
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == ' ' || c == '\t')) {
      if (auto here = here_in(line.substr(start, at - start))) all.push_back(*std::move(here));
      start = at + 1;
    }
  }
  return all;
}

bool has_here_document(const std::string& name) {
  return name == "RUN" || name == "COPY" || name == "ADD";
}

bool ends(std::string_view line, const here_document& of) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (of.strips_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
  return line == of.end;
}

/// Takes off what makes the line go on: one escape at its end.
bool takes_off_escape(std::string_view& line, char escape) {
  const std::string_view whole = line.substr(0, line.find_last_not_of(" \t\r") + 1);
  const bool goes_on = whole.ends_with(escape) && !(whole.size() > 1 && whole[whole.size() - 2] == escape);
  line = goes_on ? whole.substr(0, whole.size() - 1) : whole;
  return goes_on;
}

}  // namespace
}  // namespace engine_adopt_dockerfile_lines

std::vector<instruction> instructions_in(std::string_view text) {
  using namespace engine_adopt_dockerfile_lines;
  std::vector<instruction> all;
  std::deque<here_document> here;
  char escape = '\\';
  bool goes_on = false;
  int number = 0;
  for (const std::string& whole : split(text, '\n')) {
    ++number;
    if (!here.empty()) {
      if (ends(whole, here.front())) here.pop_front();
      continue;
    }
    std::string_view line = whole;
    const std::string_view shown = trimmed(line);
    if (all.empty() && shown.starts_with('#') && lower(shown).find("escape=`") != std::string::npos)
      escape = '`';
    if (shown.empty() || shown.starts_with('#')) continue;
    const bool continues = takes_off_escape(line, escape);
    if (goes_on) {
      all.back().text.append(line);
    } else {
      line = trimmed(line);
      const auto blank = line.find_first_of(" \t");
      all.push_back({upper(line.substr(0, blank)),
                     blank == line.npos ? std::string() : std::string(line.substr(blank)), number});
    }
    goes_on = continues;
    if (!goes_on && has_here_document(all.back().name)) here = here_documents_in(all.back().text);
    if (!here.empty()) all.back().has_here = true;
  }
  if (!here.empty()) all.back().open_end = here.front().end;
  for (instruction& each : all) each.text = std::string(trimmed(each.text));
  return all;
}

}  // namespace cicd::source_files
