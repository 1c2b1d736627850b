// Reading a diff by the numbers of its hunks, so that no line of a file is taken for a line of the diff.
#pragma once

#include <algorithm>
#include <charconv>

#include <cicd/base/text.hpp>
#include <cicd/observe/changed_lines.hpp>
#include <cicd/observe/git_program.hpp>

namespace cicd {

namespace observe_changed_lines {
namespace {

/// `12,3` or `12`, which is `12,1`.
std::pair<std::int64_t, std::int64_t> range_in(std::string_view text) {
  std::int64_t first = 0, count = 1;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), first);
  if (failed != std::errc{}) return {0, 0};
  if (end != text.data() + text.size() && *end == ',')
    std::from_chars(end + 1, text.data() + text.size(), count);
  return {first, count};
}

/// A name as git writes one with unusual bytes: `"a\tb\303\251"`.
std::string unquoted(std::string_view name) {
  if (name.size() < 2 || !name.starts_with('"') || !name.ends_with('"')) return std::string(name);
  name = name.substr(1, name.size() - 2);
  constexpr std::string_view letters = "abtnvfr", bytes = "\a\b\t\n\v\f\r";
  std::string plain;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] != '\\' || at + 1 == name.size()) {
      plain += name[at];
      continue;
    }
    const char next = name[++at];
    if (const std::size_t letter = letters.find(next); letter != letters.npos) {
      plain += bytes[letter];
    } else if (next >= '0' && next <= '3' && at + 2 < name.size()) {
      unsigned value = 0;
      std::from_chars(name.data() + at, name.data() + at + 3, value, 8);
      plain += static_cast<char>(value);
      at += 2;
    } else {
      plain += next;
    }
  }
  return plain;
}

/// `+++ b/app/pay.py`, with a tab behind it where the name has blanks; nothing of `/dev/null`.
std::string name_in(std::string_view line) {
  line.remove_prefix(4);
  const std::string name = unquoted(line.substr(0, line.find('\t')));  // in quotes it is `\t`
  return name.starts_with("b/") ? name.substr(2) : std::string();
}

}  // namespace
}  // namespace observe_changed_lines

changed_lines changed_lines_in(std::string_view diff) {
  using namespace observe_changed_lines;
  changed_lines all;
  std::string path;
  std::int64_t left = 0;  // lines of the hunk
  while (!diff.empty()) {
    const std::size_t end = std::min(diff.find('\n'), diff.size());
    const std::string_view line = diff.substr(0, end);
    diff.remove_prefix(std::min(end + 1, diff.size()));
    if (left > 0) {
      if (line.starts_with('+') || line.starts_with('-')) --left;
      continue;
    }
    if (line.starts_with("+++ ")) path = name_in(line);
    if (!line.starts_with("@@ -")) continue;
    const std::size_t plus = line.find(" +"), close = line.find(" @@", 3);
    if (plus == line.npos || close == line.npos || close < plus) continue;
    const auto before = range_in(line.substr(4, plus - 4));
    const auto now = range_in(line.substr(plus + 2, close - plus - 2));
    left = before.second + now.second;
    if (!path.empty() && now.second > 0) all[path].emplace_back(now.first, now.first + now.second - 1);
  }
  return all;
}

result<changed_lines> changed_lines_since(const std::string& folder,
                                          const std::string& commit,
                                          const surroundings& around) {
  const captured answer = observing::ask_git(
      folder,
      {"diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames",
       "--ignore-submodules", "--src-prefix=a/", "--dst-prefix=b/", "--end-of-options", commit},
      around);
  if (!answer.end.good()) return observing::git_failure(folder, answer);
  return changed_lines_in(answer.out);
}

}  // namespace cicd
