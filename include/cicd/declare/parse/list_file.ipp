// The lexer of CMake's list files, the comparison of a written call with a recorded one, and the events of
// the configure log.
#pragma once

#include <cicd/declare/parse/list_file.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include <cicd/base/text.hpp>

namespace cicd {

namespace declare_parse_list_file {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// A word whose text begins and ends with what is known of it.
written_word word_from(std::string_view text, bool quoted) {
  const std::size_t variable =
      std::min({text.find("${"), text.find("$ENV{"), text.find("$CACHE{"), text.find("$<"), text.find('@')});
  const bool is_list = !quoted && text.find(';') != text.npos;
  std::string plain;
  for (std::size_t at = 0; at < std::min(variable, text.size()); ++at) {
    if (text[at] != '\\' || at + 1 >= text.size()) {
      plain += text[at];
      continue;
    }
    const char next = text[++at];
    if (next == '\n') continue;
    plain += next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next;
  }
  if (variable == text.npos && !is_list) return {written_word::kind::literal, std::move(plain)};
  if (!quoted) return {written_word::kind::any, {}};
  const std::size_t last = text.find_last_of("}>@\\");
  return {written_word::kind::one, std::move(plain),
          std::string(last == text.npos ? std::string_view() : text.substr(last + 1))};
}

class lexer {
 public:
  explicit lexer(std::string_view text) : text_(text) {}

  std::vector<written_call> calls() && {
    while (skip_blank(), at_ < text_.size())
      if (!take_call()) break;
    return std::move(calls_);
  }

 private:
  bool take_call() {
    written_call made{.line = line_};
    while (at_ < text_.size() && is_of_name(text_[at_])) made.function += lower(text_.substr(at_++, 1));
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    if (made.function.empty() || at_ == text_.size() || text_[at_] != '(') return false;
    ++at_;
    for (int depth = 1; depth > 0;) {
      skip_blank();
      if (at_ == text_.size()) return false;
      if (text_[at_] == '(' || text_[at_] == ')') {
        depth += text_[at_] == '(' ? 1 : -1;
        if (depth > 0) made.words.push_back({written_word::kind::literal, std::string(1, text_[at_])});
        ++at_;
      } else {
        take_word(made);
      }
    }
    if (made.function == "endfunction" || made.function == "endmacro") in_function_ = false;
    made.in_function = in_function_;
    if (made.function == "function" || made.function == "macro") in_function_ = true;
    calls_.push_back(std::move(made));
    return true;
  }

  void take_word(written_call& to) {
    if (const auto bracket = bracket_content(at_)) {
      to.words.push_back({written_word::kind::literal, std::string(*bracket)});
    } else if (text_[at_] == '"') {
      const std::size_t start = at_ + 1;
      step();
      while (at_ < text_.size() && text_[at_] != '"') step_over_escape();
      to.words.push_back(word_from(text_.substr(start, at_ - start), true));
      if (at_ < text_.size()) step();
    } else {
      const std::size_t start = at_;
      while (at_ < text_.size() && !is_space(text_[at_])
             && std::string_view("()#\"").find(text_[at_]) == std::string_view::npos)
        step_over_escape();
      if (at_ == start) step();  // no list file, but the end is reached
      to.words.push_back(word_from(text_.substr(start, at_ - start), false));
    }
  }

  /// `[==[…]==]` from `from` on; moves behind it.
  std::optional<std::string_view> bracket_content(std::size_t from) {
    if (text_[from] != '[') return std::nullopt;
    std::size_t open = from + 1;
    while (open < text_.size() && text_[open] == '=') ++open;
    if (open == text_.size() || text_[open] != '[') return std::nullopt;
    const std::string closing = "]" + std::string(open - from - 1, '=') + "]";
    const std::size_t end = std::min(text_.find(closing, open), text_.size());
    std::string_view content = text_.substr(open + 1, end - std::min(end, open + 1));
    while (at_ < std::min(end + closing.size(), text_.size())) step();
    if (content.starts_with('\n')) content.remove_prefix(1);
    return content;
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      if (is_space(text_[at_])) {
        step();
      } else if (text_[at_] == '#') {
        step();
        if (at_ < text_.size() && bracket_content(at_)) continue;
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  void step_over_escape() {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) step();
    step();
  }

  void step() {
    if (text_[at_++] == '\n') ++line_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool in_function_ = false;
  std::vector<written_call> calls_;
};

bool stands_for(const written_word& word, std::string_view value) {
  if (word.is == written_word::kind::any) return true;
  if (word.is == written_word::kind::literal) return value == word.start;
  return value.size() >= word.start.size() + word.end.size() && value.starts_with(word.start)
         && value.ends_with(word.end);
}

/// As a pattern with stars is compared: after a mismatch the last star takes one value more.
bool can_be(const std::vector<written_word>& words, const std::vector<std::string>& values) {
  std::size_t word = 0, value = 0, star = words.size(), taken = 0;
  while (value < values.size()) {
    if (word < words.size() && words[word].is == written_word::kind::any) {
      star = word++;
      taken = value;
    } else if (word < words.size() && stands_for(words[word], values[value])) {
      ++word;
      ++value;
    } else if (star < words.size()) {
      word = star + 1;
      value = ++taken;
    } else {
      return false;
    }
  }
  while (word < words.size() && words[word].is == written_word::kind::any) ++word;
  return word == words.size();
}

std::string_view next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

/// `- "cmake/service.cmake:12 (pipeline_service)"`: the place, and the function that was called there.
std::optional<std::pair<code_place, std::string>> frame_in(std::string_view line) {
  const std::size_t open = line.find('"'), close = line.rfind('"');
  if (open == line.npos || close <= open + 1) return std::nullopt;
  std::string_view text = line.substr(open + 1, close - open - 1);
  const std::size_t name = text.rfind(" ("), colon = text.rfind(':', name);
  if (name == text.npos || colon == text.npos || !text.ends_with(')')) return std::nullopt;
  code_place place{.file = std::string(text.substr(0, colon))};
  std::from_chars(text.data() + colon + 1, text.data() + name, place.line);
  std::string function = lower(text.substr(name + 2, text.size() - name - 3));
  return std::pair(std::move(place), std::move(function));
}

/// A function of another file adds that file, one of the same file the same name; what is included is a list
/// file itself.
bool came_through_function(const call& recorded) {
  const std::vector<std::string>& through = recorded.through;
  return through.size() > 1
         && (through.back() != recorded.where.list_file || through[through.size() - 2] == through.back());
}

bool is_declaring(std::string_view function) {
  return function == "add_pipeline" || function == "add_pipelines" || function.starts_with("pipeline_");
}

}  // namespace
}  // namespace declare_parse_list_file

std::vector<written_call> calls_in(std::string_view list_file) {
  return declare_parse_list_file::lexer(list_file).calls();
}

int line_of(const call& recorded, const std::vector<written_call>& written) {
  const bool in_function = declare_parse_list_file::came_through_function(recorded);
  int line = 0;
  for (const written_call& each : written) {
    if (each.in_function != in_function || each.function != recorded.where.function
        || !declare_parse_list_file::can_be(each.words, recorded.arguments))
      continue;
    if (line != 0) return 0;
    line = each.line;
  }
  return line;
}

std::string function_around(const std::vector<written_call>& written, int line) {
  std::string around;
  for (const written_call& each : written) {
    if (each.line > line) break;
    if (each.function == "function" || each.function == "macro")
      around = each.words.empty() ? std::string() : lower(each.words.front().start);
    if (each.function == "endfunction" || each.function == "endmacro") around.clear();
  }
  return around;
}

int line_of_only_call(std::string_view function, const std::vector<written_call>& written) {
  int line = 0;
  for (const written_call& each : written) {
    if (each.function != function) continue;
    if (line != 0) return 0;
    line = each.line;
  }
  return line;
}

std::vector<std::vector<code_place>> places_in_configure_log(std::string_view log, std::size_t calls) {
  using namespace declare_parse_list_file;
  std::vector<std::vector<code_place>> places(calls);
  const std::size_t last = log.rfind("\n---\n");
  std::string_view rest = log.substr(last == log.npos ? 0 : last + 1);
  std::vector<code_place> stack;
  bool is_ours = false;
  while (!rest.empty()) {
    const std::string_view line = trimmed(next_line(rest));
    if (line == "backtrace:") {
      stack.clear();
      is_ours = true;
    } else if (line.starts_with("- \"")) {
      auto frame = frame_in(line);
      if (!frame) continue;
      // The frames before it are the package's own.
      if (is_ours && is_declaring(frame->second)) is_ours = false;
      if (!is_ours && frame->first.line > 0) stack.push_back(std::move(frame->first));
    } else if (line.starts_with("cicd call ")) {
      std::size_t number = 0;
      std::from_chars(line.data() + 10, line.data() + line.size(), number);
      if (number > 0 && number <= calls) places[number - 1] = stack;
    }
  }
  return places;
}

}  // namespace cicd
