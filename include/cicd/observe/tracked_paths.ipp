// One `git ls-files` for each repository that a place lies in.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/observe/tracked_paths.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace observe_tracked_paths {
namespace {

std::string folder_above(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == path.npos || slash == 0 ? "/" : path.substr(0, slash);
}

/// With the links resolved of as much of it as is there.
std::string led(const std::string& path) {
  for (std::string at = path; at != "/"; at = folder_above(at))
    if (const auto real = real_path(at)) return *real + path.substr(at.size());
  return path;
}

/// What is asked of the work tree at `top`: by the path in it, which place that is of.
using questions = std::map<std::string, std::map<std::string, std::string>>;

/// The repositories around the path, the nearest first.
void ask_around(const std::string& path, const std::string& place, questions& all) {
  std::string at = folder_above(path);
  while (!is_folder(at) && at != "/") at = folder_above(at);
  while (const auto layout = observing::git_layout_of(at)) {
    all[layout->top].try_emplace(path == layout->top ? "." : path.substr(layout->top.size() + 1), place);
    if (layout->top == "/") return;
    at = folder_above(layout->top);
  }
}

/// The place itself, where that is a repository's root, is a folder of it.
void add_place(const std::string& place, questions& all) {
  for (const std::string& path : std::set{normal_path(place), led(normal_path(place))}) {
    if (exists(path + "/.git")) ask_around(path + "/.", place, all);
    ask_around(path, place, all);
    for (std::string at = path; at != "/"; at = folder_above(at))
      if (link_target(at)) ask_around(at, place, all);
  }
}

}  // namespace
}  // namespace observe_tracked_paths

result<std::optional<tracked_path>> tracked_at(const std::vector<std::string>& places,
                                               const surroundings& around) {
  using namespace observe_tracked_paths;
  questions all;
  for (const std::string& place : places)
    if (place.starts_with('/')) add_place(place, all);
  for (const auto& [top, asked] : all) {
    std::vector<std::string> words{"--literal-pathspecs", "ls-files", "-z", "--cached", "--"};
    for (const auto& [path, place] : asked) words.push_back(path);
    const captured answer = observing::ask_git(top, std::move(words), around);
    if (!answer.end.good()) return observing::git_failure(top, answer);
    for (const std::string_view name : observing::nul_separated(answer.out))
      for (const auto& [path, place] : asked)
        if (path == "." || name == path || name.starts_with(path + "/"))
          return std::optional(tracked_path{place, top + "/" + std::string(name)});
  }
  return std::optional<tracked_path>();
}

}  // namespace cicd
