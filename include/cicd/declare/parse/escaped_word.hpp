// The backslash by which a value is told from a keyword. It knows no keyword.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <cicd/declare/values/literal.hpp>

namespace cicd::declaring {

/// Whether it could be a keyword by its letters.
inline bool is_all_caps(std::string_view word) {
  return word.size() > 1 && detail::is_upper(word.front())
         && std::all_of(word.begin(), word.end(), [](char c) { return detail::is_upper(c) || c == '_'; });
}

/// Whether a shell would take the word for a part of its own language. `>=2` is none.
inline bool is_shell_word(std::string_view word) {
  for (const std::string_view whole : {"&&", "||", "|", "&", ";", "<", ">", ">>", "2>", "2>>", "&>"})
    if (word == whole) return true;
  const bool redirects = word.starts_with("2>") || word.starts_with("&>");
  return redirects
         || (word.size() > 1 && word.front() == '>' && std::string_view("=<>").find(word[1]) == word.npos);
}

/// Whether backslashes lead to what looks like a keyword or is a shell's: one of them is no part of the word.
inline bool is_escaped(std::string_view word) {
  const auto first = std::min(word.find_first_not_of('\\'), word.size());
  return first > 0 && (is_all_caps(word.substr(first)) || is_shell_word(word.substr(first)));
}

/// The word that every declaring function reads as this value, whatever its keywords are.
inline std::string as_value(const std::string& value) {
  return is_all_caps(value) || is_shell_word(value) || is_escaped(value) ? "\\" + value : value;
}

}  // namespace cicd::declaring
