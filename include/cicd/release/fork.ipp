// What CircleCI, GitHub, GitLab and Buildkite say of a pull request. See fork.hpp.
#pragma once

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/release/fork.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace release_fork {
namespace {

std::optional<std::string> in_circle(const surroundings& around) {
  // CircleCI sets both for pull requests from forks only.
  const std::string user = around.get_or("CIRCLE_PR_USERNAME", ""),
                    name = around.get_or("CIRCLE_PR_REPONAME", "");
  if (user.empty() && name.empty()) return std::nullopt;
  if (user == around.get_or("CIRCLE_PROJECT_USERNAME", "")
      && name == around.get_or("CIRCLE_PROJECT_REPONAME", ""))
    return std::nullopt;
  return displayable(user + "/" + name) + " (CIRCLE_PR_USERNAME)";
}

bool is_pull_request(const surroundings& around) {
  return around.get_or("GITHUB_EVENT_NAME", "").starts_with("pull_request");
}

/// A deleted fork has no `repo` at all.
std::optional<std::string> in_github(const surroundings& around) {
  const std::string path = around.get_or("GITHUB_EVENT_PATH", "");
  if (path.empty() || !is_pull_request(around)) return std::nullopt;
  const result<std::string> text = read_file(path);
  const result<json> event = text ? parse_json(*text) : result<json>(text.error());
  if (!event) return "a pull request that cannot be read (GITHUB_EVENT_PATH)";
  const json& request = (*event)["pull_request"];
  const std::string theirs = request["head"]["repo"]["full_name"].text(),
                    ours = request["base"]["repo"]["full_name"].text();
  if (!theirs.empty() && theirs == ours) return std::nullopt;
  return (theirs.empty() ? "an unknown repository" : displayable(theirs)) + " (GITHUB_EVENT_PATH)";
}

std::optional<std::string> in_gitlab(const surroundings& around) {
  const std::string theirs = around.get_or("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "");
  if (theirs.empty() || theirs == around.get_or("CI_PROJECT_ID", "")) return std::nullopt;
  return fmt::format("project {} (CI_MERGE_REQUEST_SOURCE_PROJECT_ID)",
                     displayable(around.get_or("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", theirs)));
}

/// One repository has several URLs: `git@host:a/b.git`, `https://host/a/b`.
std::string repository_in(std::string url) {
  if (const auto scheme = url.find("://"); scheme != url.npos) url.erase(0, scheme + 3);
  if (const auto login = url.find('@'); login < url.find('/')) url.erase(0, login + 1);
  url = lower(replaced_all(std::move(url), ":", "/"));
  while (url.ends_with('/')) url.pop_back();
  return url.ends_with(".git") ? url.substr(0, url.size() - 4) : url;
}

std::optional<std::string> in_buildkite(const surroundings& around) {
  const std::string theirs = around.get_or("BUILDKITE_PULL_REQUEST_REPO", "");
  if (theirs.empty() || repository_in(theirs) == repository_in(around.get_or("BUILDKITE_REPO", "")))
    return std::nullopt;
  return displayable(repository_in(theirs)) + " (BUILDKITE_PULL_REQUEST_REPO)";
}

}  // namespace
}  // namespace release_fork

std::optional<std::string> fork_of(const surroundings& around) {
  using namespace release_fork;
  for (const auto& look : {in_circle, in_github, in_gitlab, in_buildkite})
    if (std::optional<std::string> from = look(around)) return from;
  return std::nullopt;
}

}  // namespace cicd
