// Words, quotes and variables of a Dockerfile's line.
#pragma once

#include <cicd/engine/adopt/dockerfile_words.hpp>

#include <cicd/declare/values/values.hpp>
#include <cicd/engine/adopt/secrets.hpp>

namespace cicd::source_files {

namespace engine_adopt_dockerfile_words {
namespace {

constexpr std::size_t longest_value = 65'536;  // of bytes, with what was substituted

}  // namespace
}  // namespace engine_adopt_dockerfile_words

/// The words of a shell's line, quotes taken off; nothing where a quote is not closed.
std::optional<std::vector<std::string>> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_blank = quote == 0 && (c == ' ' || c == '\t');
    if (is_blank) in_word = false;
    if (is_blank) continue;
    if (!in_word) words.emplace_back();
    in_word = true;
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
    else if (c == '\\' && quote != '\'' && at + 1 < text.size())
      words.back().append({c, text[++at]});
    else
      words.back() += quote == '\'' && c == '$' ? std::string("\\$") : std::string(1, c);
  }
  return quote == 0 ? std::optional(words) : std::nullopt;
}

/// `$NAME`, `${NAME}`, `${NAME:-default}` replaced; nothing where a variable has no value here, or where the
/// text grows beyond what a value may have.
std::optional<dockerfile_value> substituted(std::string_view text, const dockerfile_variables& known) {
  using engine_adopt_dockerfile_words::longest_value;
  dockerfile_value made;
  const auto is_name = [](char c) { return detail::is_alnum_lower(c) || detail::is_upper(c) || c == '_'; };
  const auto put = [&](std::string_view name, const dockerfile_value& of) {
    made.text += of.text;
    made.is_secret = made.is_secret || of.is_secret || is_secret(name, of.text);
  };
  for (std::size_t at = 0; at < text.size() && made.text.size() <= longest_value; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      made.text += text[++at];
      continue;
    }
    if (text[at] != '$') {
      made.text += text[at];
      continue;
    }
    const bool braced = text.substr(at + 1).starts_with('{');
    const std::size_t start = at + (braced ? 2 : 1);
    std::size_t end = start;
    while (end < text.size() && is_name(text[end])) ++end;
    const std::string_view name = text.substr(start, end - start);
    const auto found = known.find(name);
    if (!braced && end == start) {
      made.text += '$';
      continue;
    }
    if (!braced) {
      if (found == known.end()) return std::nullopt;
      put(name, found->second);
      at = end - 1;
      continue;
    }
    const std::size_t close = text.find('}', end);
    if (close == text.npos) return std::nullopt;
    std::string_view rest = text.substr(end, close - end);
    const bool counts_empty = rest.starts_with(':');
    if (counts_empty) rest.remove_prefix(1);
    const bool has_value = found != known.end() && (!counts_empty || !found->second.text.empty());
    const char how = rest.empty() ? ' ' : rest.front();
    if (rest.find('$') != rest.npos && has_value == (how == '+')) return std::nullopt;
    if (how == '+') {
      if (has_value) made.text += rest.substr(1);
    } else if (has_value && (how == '-' || (rest.empty() && !counts_empty))) {
      put(name, found->second);
    } else if (how == '-') {
      put(name, {std::string(rest.substr(1))});
    } else {
      return std::nullopt;
    }
    at = close;
  }
  return made.text.size() <= longest_value ? std::optional(made) : std::nullopt;
}

}  // namespace cicd::source_files
