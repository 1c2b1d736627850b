// Words, from the best sign of a version to the weakest.
#pragma once

#include <algorithm>
#include <vector>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands/tool_version.hpp>

namespace cicd {

namespace driver_commands_tool_version {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Without the sequences by which a terminal is coloured.
std::string without_colours(std::string_view text) {
  std::string all;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) != "\x1b[") {
      all.push_back(text[at]);
      continue;
    }
    at = std::min(text.find_first_not_of("0123456789;", at + 2), text.size());
  }
  return all;
}

/// The numbers with dots between them at the front: `12.2.0` of `12.2.0-14`, `1.80` of `1.80.`.
std::string number_at(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size()
         && (is_digit(text[end])
             || (end > 0 && text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1]))))
    ++end;
  return std::string(text.substr(0, end));
}

/// Of a word that is a version: `18.19.0` of `v18.19.0`, `1.19.8` of `go1.19.8`, `17` of `"17"`; of any
/// other, such as a date, nothing.
std::string version_of_word(std::string_view word) {
  const auto digit = word.find_first_of("0123456789");
  if (digit == word.npos || digit > 3) return {};
  const bool is_led = std::ranges::all_of(word.substr(0, digit), [](char c) {
    return std::string_view("vgo\"'").find(c) != std::string_view::npos;
  });
  const std::string number = number_at(word.substr(digit));
  const std::string_view rest = word.substr(digit + number.size());
  const bool has_dot = number.find('.') != number.npos;
  const bool ends_well = has_dot || rest.find_first_not_of("\"',;.") == rest.npos;
  return is_led && ends_well ? number : std::string();
}

struct said_word {
  std::string text;
  bool is_aside = false;  ///< in parentheses
};

std::vector<said_word> words_of(const std::string& line) {
  std::vector<said_word> words;
  int depth = 0;
  for (const std::string& word : split(replaced_all(line, "\t", " "), ' ')) {
    if (word.empty()) continue;
    words.push_back({word, depth > 0 || word.front() == '('});
    depth += static_cast<int>(std::ranges::count(word, '(') - std::ranges::count(word, ')'));
  }
  return words;
}

std::string after_version(const std::vector<said_word>& words) {
  for (std::size_t at = 0; at + 1 < words.size(); ++at) {
    const std::string word = lower(words[at].text);
    if (words[at].is_aside || (word != "version" && word != "version:")) continue;
    if (std::string found = version_of_word(words[at + 1].text); !found.empty()) return found;
  }
  return {};
}

std::string first_word(const std::vector<said_word>& words, bool with_dot) {
  for (const said_word& each : words) {
    const std::string found = each.is_aside ? std::string() : version_of_word(each.text);
    if (!found.empty() && (found.find('.') != found.npos) == with_dot) return found;
  }
  return {};
}

/// Whatever stands around it.
std::string first_number(std::string_view text, bool with_dot) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string number = number_at(text.substr(at));
    if (number.empty()) continue;
    if (!with_dot || number.find('.') != number.npos) return number;
    at += number.size() - 1;
  }
  return {};
}

}  // namespace
}  // namespace driver_commands_tool_version

std::string version_in(std::string_view printed) {
  using namespace driver_commands_tool_version;
  const std::string text = without_colours(printed);
  std::string found;
  for (const bool with_dot : {true, false})
    for (const std::string& line : split(text, '\n')) {
      const std::vector<said_word> words = words_of(line);
      if (found.empty()) found = after_version(words);
      if (found.empty()) found = first_word(words, with_dot);
    }
  for (const bool with_dot : {true, false})
    if (found.empty()) found = first_number(text, with_dot);
  return found;
}

}  // namespace cicd
