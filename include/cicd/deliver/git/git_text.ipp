// Reading and writing git's plumbing formats (git-ls-tree, git-cat-file, git-ls-remote, git-fast-import).
#pragma once

#include <charconv>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/git/git_text.hpp>

namespace cicd {
namespace deliver_git_git_text {

/// A path as fast-import reads it: every byte that could end or open a quotation is escaped.
inline std::string quoted_path(std::string_view path) {
  std::string quoted = "\"";
  for (char c : path) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

/// Without what could end the field.
inline std::string ident_part(std::string_view text) {
  std::string part;
  for (char c : text)
    if (c != '<' && c != '>' && static_cast<unsigned char>(c) >= ' ' && c != 0x7f) part += c;
  return std::string(trimmed(valid_utf8(part)));
}

inline void append_data(std::string& to, std::string_view bytes) {
  fmt::format_to(std::back_inserter(to), "data {}\n", bytes.size());
  to += bytes;
  to += '\n';
}

/// The size in `<object> blob <size>`; nothing for another line.
inline std::optional<std::size_t> blob_size(std::string_view header) {
  const std::vector<std::string> words = split(header, ' ');
  if (words.size() != 3 || words[1] != "blob") return {};
  std::size_t size = 0;
  const auto end = words[2].data() + words[2].size();
  if (std::from_chars(words[2].data(), end, size).ptr != end) return {};
  return size;
}

}  // namespace deliver_git_git_text

std::vector<git_entry> git_entries_from(std::string_view printed) {
  std::vector<git_entry> entries;
  for (const std::string& line : split(printed, '\0')) {
    const std::size_t tab = line.find('\t');
    const std::vector<std::string> words = split(std::string_view(line).substr(0, tab), ' ');
    if (tab != line.npos && words.size() == 3) entries.push_back({words[0], words[2], line.substr(tab + 1)});
  }
  return entries;
}

std::vector<std::optional<std::string>> git_blobs_from(std::string_view printed) {
  std::vector<std::optional<std::string>> blobs;
  while (!printed.empty()) {
    const std::size_t end = printed.find('\n');
    if (end == printed.npos) return blobs;
    const auto size = deliver_git_git_text::blob_size(printed.substr(0, end));
    printed.remove_prefix(end + 1);
    if (!size) {
      blobs.emplace_back();
      continue;
    }
    if (printed.size() <= *size) return blobs;
    blobs.emplace_back(std::string(printed.substr(0, *size)));
    printed.remove_prefix(*size + 1);
  }
  return blobs;
}

std::vector<git_path_change> git_changes_from(std::string_view printed) {
  std::vector<git_path_change> changes;
  git_path_change of;
  bool is_path = false;
  for (const std::string& token : split(printed, '\0')) {
    const std::string_view text = is_path ? std::string_view(token) : trimmed(token);
    if (is_path) {
      of.path = token;
      changes.push_back(of);
      is_path = false;
    } else if (text.starts_with('\x01')) {
      const std::vector<std::string> words = split(text.substr(1), '\x02');
      if (words.size() != 3) return changes;
      of = {words[0], words[1], 0, {}, {}};
      std::from_chars(words[2].data(), words[2].data() + words[2].size(), of.when);
    } else if (text.starts_with(':')) {
      const std::vector<std::string> words = split(text.substr(1), ' ');
      if (words.size() != 5) return changes;
      of.before = words[2].find_first_not_of('0') == std::string::npos ? std::string() : words[2];
      is_path = true;
    }
  }
  return changes;
}

std::string git_ref_in(std::string_view printed, std::string_view ref) {
  for (const std::string& line : split(printed, '\n')) {
    const std::size_t tab = line.find('\t');
    if (tab != line.npos && std::string_view(line).substr(tab + 1) == ref) return line.substr(0, tab);
  }
  return {};
}

std::string git_ident_of(std::string_view who) {
  using deliver_git_git_text::ident_part;
  const auto open = who.find('<');
  std::string name = ident_part(who.substr(0, open));
  std::string address = open == who.npos ? std::string() : ident_part(who.substr(open));
  if (open == who.npos && name.find('@') != name.npos) address = name;
  if (name.empty()) name = address.empty() ? "cicd" : address;
  return name + " <" + address + '>';
}

std::string git_import_of(const std::vector<git_change>& changes) {
  using namespace deliver_git_git_text;
  std::string stream, marks;
  std::size_t mark = 0;
  for (const git_change& change : changes) {
    const std::string ident = fmt::format("{} {} +0000\n", git_ident_of(change.who), change.when);
    const std::string from = mark > 0 ? fmt::format(":{}", mark) : change.tip;
    stream += fmt::format("commit refs/cicd/made\nmark :{}\nauthor {}committer {}", ++mark, ident, ident);
    append_data(stream, valid_utf8(change.message));
    if (!from.empty()) stream += "from " + from + '\n';
    for (const std::string& path : change.removed) stream += "D " + quoted_path(path) + '\n';
    for (const auto& [path, content] : change.written) {
      stream += fmt::format("M {} inline {}\n", change.executable.contains(path) ? "100755" : "100644",
                            quoted_path(path));
      append_data(stream, content);
    }
    stream += '\n';
    marks += fmt::format("get-mark :{}\n", mark);
    for (const std::string& path : change.asked) marks += fmt::format("ls :{} {}\n", mark, quoted_path(path));
  }
  return stream + marks + "done\n";
}

std::vector<git_made> git_made_from(std::string_view printed, const std::vector<git_change>& changes) {
  const std::vector<std::string> lines = split(trimmed(printed), '\n');
  std::vector<git_made> made;
  auto line = lines.begin();
  for (const git_change& change : changes) {
    const bool is_commit = line != lines.end() && (line->size() == 40 || line->size() == 64);
    if (!is_commit || static_cast<std::size_t>(lines.end() - line) <= change.asked.size()) return made;
    made.push_back({*line++, {}});
    for (std::size_t each = 0; each < change.asked.size(); ++each, ++line) {
      const std::vector<std::string> words = split(std::string_view(*line).substr(0, line->find('\t')), ' ');
      made.back().objects.push_back(words.size() == 3 && words[0] != "missing" ? words[2] : std::string());
    }
  }
  return made;
}

}  // namespace cicd
