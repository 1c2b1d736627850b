// Reads plain configuration files (git-config), and asks git for the others.
#pragma once

#include <cicd/observe/git_settings.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <cicd/base/text.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_git_settings {
namespace {

bool is_meant(std::string_view name) {
  const auto is_of = [&](std::string_view section, std::string_view key) {
    return name.starts_with(section) && name.ends_with(key) && name.size() > section.size() + key.size();
  };
  return is_of("remote.", ".url") || is_of("branch.", ".remote") || is_of("branch.", ".merge");
}

/// Of `<name>\n<value>` that end with a NUL each.
git_settings meant_in(const std::string& printed) {
  git_settings all;
  for (const std::string_view part : nul_separated(printed)) {
    const auto end = part.find('\n');
    if (end != part.npos && is_meant(part.substr(0, end)))
      all.emplace(std::string(part.substr(0, end)), std::string(part.substr(end + 1)));
  }
  return all;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// `remote.origin` of `[remote "origin"]`; nothing where it is of another form.
std::optional<std::string> section_in(std::string_view line) {
  if (!line.ends_with(']')) return std::nullopt;
  line = line.substr(1, line.size() - 2);
  const auto quote = line.find('"');
  const std::string_view name = trimmed(line.substr(0, quote));
  if (!is_name(name)) return std::nullopt;
  std::string section = lower(name);
  if (section == "include" || section == "includeif") return std::nullopt;
  if (quote == line.npos) return section;
  std::string_view part = line.substr(quote + 1);
  if (!part.ends_with('"')) return std::nullopt;
  part.remove_suffix(1);
  if (part.find_first_of("\"\\") != part.npos) return std::nullopt;
  return section + "." + std::string(part);
}

/// git asks nothing of a repository that belongs to another.
bool is_own(const git_layout& clone) {
  struct stat now {};
  return ::stat(clone.own.c_str(), &now) == 0 && now.st_uid == ::geteuid();
}

}  // namespace
}  // namespace observe_git_settings

git_settings settings_of(const std::string& folder, const surroundings& around) {
  return observe_git_settings::meant_in(
      ask_git(folder, {"config", "-z", "--get-regexp", "^(remote\\..*\\.url|branch\\..*\\.(remote|merge))$"},
              around)
          .out);
}

std::optional<git_settings> plain_settings_in(std::string_view text) {
  using namespace observe_git_settings;
  git_settings all;
  std::string section;
  for (const std::string& each : split(text, '\n')) {
    const std::string_view line = trimmed(each);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.find('\0') != line.npos) return std::nullopt;
    if (line.front() == '[') {
      auto begun = section_in(line);
      if (!begun) return std::nullopt;
      section = *std::move(begun);
      continue;
    }
    const auto equals = line.find('=');
    const std::string_view key = trimmed(line.substr(0, equals));
    const std::string_view value =
        equals == line.npos ? std::string_view() : trimmed(line.substr(equals + 1));
    if (section.empty() || !is_name(key) || value.find_first_of("\"\\#;") != value.npos) return std::nullopt;
    const std::string name = section + "." + lower(key);
    if (name == "extensions.worktreeconfig") return std::nullopt;
    if (equals != line.npos && is_meant(name)) all.emplace(name, std::string(value));
  }
  return all;
}

const std::optional<git_settings>& settings_reader::outer() {
  std::call_once(asked_, [this] {
    // No file of a repository is at /dev/null; what the environment gives in place of one, git tells, too.
    const captured told =
        ask_git("/", {"--git-dir=/dev/null", "config", "-z", "--includes", "--list"}, around_);
    if (told.end.good() && told.out.find("includeif.") == std::string::npos)
      outer_ = observe_git_settings::meant_in(told.out);
  });
  return outer_;
}

std::optional<git_settings> settings_reader::plain(const git_layout& clone) {
  // What is given by variables goes over a repository's own.
  for (const auto& [name, value] : around_.all())
    if (name.starts_with("GIT_CONFIG_") && name != "GIT_CONFIG_NOSYSTEM" && name != "GIT_CONFIG_GLOBAL"
        && name != "GIT_CONFIG_SYSTEM")
      return std::nullopt;
  if (!observe_git_settings::is_own(clone) || !outer()) return std::nullopt;
  const auto text = read_file_if_there(clone.common + "/config");
  if (!text || !*text) return std::nullopt;
  std::optional<git_settings> own = plain_settings_in(**text);
  if (!own) return std::nullopt;
  git_settings all = *outer();
  all.merge(*own);  // what stands first counts
  return all;
}

git_settings settings_reader::of(const git_layout& clone) {
  if (auto read = plain(clone)) return *std::move(read);
  return settings_of(clone.top, around_);
}

}  // namespace cicd::observing
