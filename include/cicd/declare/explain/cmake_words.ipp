// Values as the words of a CMake call.
#pragma once

#include <cicd/declare/explain/cmake_words.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <cicd/declare/parse/parser.hpp>

namespace cicd::declaring {

std::string cmake_quoted(std::string_view word) {
  constexpr std::string_view plain = "_./:=+*@%{},-<>~?!|^&";
  const bool bare = !word.empty() && std::all_of(word.begin(), word.end(), [&](char c) {
    return detail::is_alnum_lower(c) || detail::is_upper(c) || plain.find(c) != plain.npos;
  });
  if (bare) return std::string(word);
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\' || c == '$') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

std::string cmake_words(const std::vector<std::string>& values, const std::vector<option>& options) {
  std::string line;
  for (const std::string& value : values) {
    if (&value != &values.front()) line.push_back(' ');
    line.append(cmake_quoted(reads_as_keyword(value, options) ? "\\" + value : value));
  }
  return line;
}

std::string cmake_call_text(std::string_view function,
                            const std::vector<std::string>& arguments,
                            const std::vector<option>& options) {
  std::string text = fmt::format("{}(", function);
  bool first = true;
  for (const std::string& word : arguments) {
    const bool keyword =
        std::any_of(options.begin(), options.end(), [&](const option& each) { return each.keyword == word; });
    text.append(first ? "" : keyword ? "\n  " : " ").append(cmake_quoted(word));
    first = false;
  }
  return text + ")\n";
}

std::string duration_text(duration of) {
  struct unit {
    std::int64_t size;
    std::string_view name;
  };
  constexpr std::array<unit, 5> units{
      {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}}};
  for (const unit& each : units)
    if (of.milliseconds() % each.size == 0)
      return fmt::format("{}{}", of.milliseconds() / each.size, each.name);
  return {};
}

std::string word_of(const duration& value) {
  return duration_text(value);
}
std::string word_of(const port_number& value) {
  return fmt::format("{}", value.number());
}
std::string word_of(const retry_count& value) {
  return fmt::format("{}", value.number());
}

std::string word_of(const replica_range& value) {
  return value.scales() ? fmt::format("{}..{}", value.least(), value.most())
                        : fmt::format("{}", value.least());
}

std::string word_of(const user_id& value) {
  return fmt::format("{}", value.number());
}
std::string word_of(const assignment& value) {
  return value.name.str() + "=" + value.value;
}
std::string word_of(const label& value) {
  return value.key.str() + "=" + value.value;
}
std::string word_of(const file_mapping& value) {
  return value.from.str() + "=" + value.to;
}
std::string word_of(const secret_reference& value) {
  return fmt::format("{}={}/{}", value.name.view(), value.secret.view(), value.key);
}
std::string word_of(const annotation& value) {
  return value.key.str() + "=" + value.value;
}
std::string word_of(const named_port& value) {
  return fmt::format("{}={}", value.name.view(), value.port.number());
}
std::string word_of(const mount& value) {
  return value.source.str() + "=" + value.path;
}
std::string word_of(const patience& value) {
  return value.cause.str() + "=" + duration_text(value.length);
}

}  // namespace cicd::declaring
