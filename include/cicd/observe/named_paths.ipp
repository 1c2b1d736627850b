// Taking a text apart into words that may be paths.
#pragma once

#include <cicd/observe/named_paths.hpp>

#include <algorithm>
#include <set>

#include <cicd/base/text.hpp>

namespace cicd {

namespace observe_named_paths {
namespace {

/// A text up to the next `end`, taken off its front together with it.
std::string_view taken_until(std::string_view& text, std::string_view end) {
  const auto at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + end.size());
  return taken;
}

/// `src/x` of `${project.basedir}/src/x`, `config` of `config/${name}.xml`; empty for what is no path below a
/// folder.
std::string path_of(std::string_view word) {
  word = trimmed(word);
  if (word.starts_with("${"))
    if (const auto end = word.find("}/"); end != word.npos) word.remove_prefix(end + 2);
  if (const auto variable = word.find("${"); variable != word.npos) {
    const auto slash = word.substr(0, variable).rfind('/');
    word = slash == word.npos ? std::string_view() : word.substr(0, slash);
  }
  while (word.starts_with("./")) word.remove_prefix(2);
  while (word.ends_with('/')) word.remove_suffix(1);
  if (word.size() > 4096 || word.starts_with('/')) return {};
  for (const std::string& part : split(word, '/'))
    if (part.empty() || part == "." || part == "..") return {};
  return std::string(word);
}

class collector {
 public:
  std::vector<std::string> of(std::string_view text) && {
    if (trimmed(text).starts_with('<'))
      markup(text);
    else
      words(text, " \t\r\n\"'=,:;");
    return {found_.begin(), found_.end()};
  }

 private:
  void words(std::string_view text, std::string_view separators) {
    while (!text.empty()) {
      const auto end = std::min(text.find_first_of(separators), text.size());
      take(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void markup(std::string_view text) {
    while (!text.empty()) {
      words(taken_until(text, "<"), ",\r\n");
      if (text.starts_with("!--"))
        taken_until(text, "-->");
      else if (text.starts_with("![CDATA["))
        words(taken_until(text, "]]>").substr(8), ",\r\n");
      else
        attributes(taken_until(text, ">"));
    }
  }

  void attributes(std::string_view tag) {
    for (auto quote = tag.find_first_of("\"'"); quote != tag.npos; quote = tag.find_first_of("\"'")) {
      const std::string_view end = tag.substr(quote, 1);
      tag.remove_prefix(quote + 1);
      take(taken_until(tag, end));
    }
  }

  void take(std::string_view word) {
    if (std::string path = path_of(word); !path.empty()) found_.insert(std::move(path));
  }

  std::set<std::string> found_;
};

}  // namespace
}  // namespace observe_named_paths

std::vector<std::string> paths_named_in(std::string_view text) {
  return observe_named_paths::collector().of(text);
}

std::string pattern_for(const std::string& path) {
  std::string pattern;
  for (const char c : path) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace cicd
