// Values as the words of a CMake call.
#pragma once

#include <cicd/declare/explain/cmake_words.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/declare/parse/parser.hpp>

namespace cicd::declaring {

namespace declare_explain_cmake_words {
namespace {

std::string in_quotes(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '$') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

}  // namespace
}  // namespace declare_explain_cmake_words

// CMake evaluates `$<` wherever it is quoted: an expression that gives the `$` leaves the rest literal.
std::string cmake_quoted(std::string_view word) {
  using declare_explain_cmake_words::in_quotes;
  if (word.find("$<") != word.npos) return in_quotes(replaced_all(std::string(word), "$<", "$<1:$><"));
  constexpr std::string_view plain = "_./:=+*@%{},-<>~?!|^&";
  const bool bare = !word.empty() && std::all_of(word.begin(), word.end(), [&](char c) {
    return detail::is_alnum_lower(c) || detail::is_upper(c) || plain.find(c) != plain.npos;
  });
  return bare ? std::string(word) : in_quotes(word);
}

std::string cmake_words(const std::vector<std::string>& values, const std::vector<option>& options) {
  std::string line;
  for (const std::string& value : values) {
    if (&value != &values.front()) line.push_back(' ');
    line.append(cmake_quoted(escaped(value, options)));
  }
  return line;
}

std::string cmake_call_text(std::string_view function,
                            const std::vector<std::string>& arguments,
                            const std::vector<option>& options,
                            const std::map<std::string, std::string>& comments) {
  std::string text = fmt::format("{}(", function), behind;
  bool first = true;
  for (const std::string& word : arguments) {
    const bool keyword =
        std::any_of(options.begin(), options.end(), [&](const option& each) { return each.keyword == word; });
    if (keyword) {
      text.append(behind).append("\n  ");
      const auto comment = comments.find(word);
      behind = comment == comments.end() ? std::string() : "  # " + comment->second;
    }
    text.append(first || keyword ? "" : " ").append(cmake_quoted(word));
    first = false;
  }
  return text + (behind.empty() ? "" : behind + "\n  ") + ")\n";
}

}  // namespace cicd::declaring
