// The rules of a `.dockerignore`.
#pragma once

#include <cicd/observe/docker_ignore.hpp>

#include <algorithm>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>

namespace cicd::observing {

namespace observe_docker_ignore {
namespace {

/// The path as a pattern of ours: cleaned, and `[^a]` as `[!a]`.
std::string pattern_of(std::string_view line) {
  std::vector<std::string> parts;
  for (const std::string& part : split(std::string(line), '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty())
      parts.pop_back();
    else if (part != "..")
      parts.push_back(replaced_all(part, "[^", "[!"));
  }
  return joined(parts, "/");
}

bool matches(const std::string& pattern, std::string_view path) {
  if (glob_matches(pattern, path)) return true;
  return pattern.starts_with("**/") && matches(pattern.substr(3), path);
}

}  // namespace
}  // namespace observe_docker_ignore

docker_ignore::docker_ignore(std::string_view text, std::string_view below) : below_(below) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (const std::string& whole : split(std::string(text), '\n')) {
    // A comment begins in the first column.
    if (whole.starts_with('#')) continue;
    std::string_view line = trimmed(whole);
    const bool takes_back = line.starts_with('!');
    if (takes_back) line = trimmed(line.substr(1));
    std::string pattern = observe_docker_ignore::pattern_of(line);
    if (pattern.empty()) continue;
    takes_back_ = takes_back_ || takes_back;
    rules_.push_back({std::move(pattern), takes_back});
  }
}

bool docker_ignore::hides(std::string_view path) const {
  if (!below_.empty()) {
    if (!path.starts_with(below_ + "/")) return false;
    path.remove_prefix(below_.size() + 1);
  }
  bool hidden = false;
  for (const rule& each : rules_) {
    if (each.takes_back != hidden) continue;
    for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
      if (observe_docker_ignore::matches(each.pattern, path.substr(0, end))) {
        hidden = !each.takes_back;
        break;
      }
      if (end == path.npos) break;
    }
  }
  return hidden;
}

bool docker_ignore::hides_folder(std::string_view path) const {
  return !takes_back_ && hides(path);
}

}  // namespace cicd::observing
