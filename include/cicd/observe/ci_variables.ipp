// What the readers of CI systems have in common. See ci_variables.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

std::string ci_variables::operator[](std::string_view name) {
  const std::string value = around_.get_or(name, "");
  const std::string_view said = trimmed(value);
  if (!said.empty() && std::ranges::find(read_, name) == read_.end()) read_.emplace_back(name);
  return std::string(said);
}

std::string ci_variables::first_of(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (std::string value = (*this)[name]; !value.empty()) return value;
  return {};
}

std::string ci_variables::known_by() const {
  return joined(read_, ", ");
}

std::string branch_in(std::string_view ref) {
  constexpr std::string_view branches = "refs/heads/";
  if (ref.starts_with(branches)) return std::string(ref.substr(branches.size()));
  return ref.starts_with("refs/") ? "" : std::string(ref);
}

std::string tag_in(std::string_view ref) {
  constexpr std::string_view tags = "refs/tags/";
  return ref.starts_with(tags) ? std::string(ref.substr(tags.size())) : "";
}

bool is_request_ref(std::string_view ref) {
  // GitHub and Gitea, GitLab, Bitbucket's server, Gerrit.
  return std::ranges::any_of(std::initializer_list<std::string_view>{"refs/pull/", "refs/merge-requests/",
                                                                     "refs/pull-requests/", "refs/changes/"},
                             [&](std::string_view each) { return ref.starts_with(each); });
}

std::string repository_in(std::string url) {
  if (const auto scheme = url.find("://"); scheme != url.npos) url.erase(0, scheme + 3);
  if (const auto login = url.find('@'); login < url.find('/')) url.erase(0, login + 1);
  url = lower(replaced_all(std::move(url), ":", "/"));
  while (url.ends_with('/')) url.pop_back();
  return url.ends_with(".git") ? url.substr(0, url.size() - 4) : url;
}

void compare_repositories(const std::string& theirs,
                          const std::string& ours,
                          std::string_view variable,
                          ci_event& to) {
  if (theirs.empty() || ours.empty()) return cannot_be_told(variable, to);
  if (theirs != ours) to.fork = fmt::format("{} ({})", displayable(theirs), variable);
}

void cannot_be_told(std::string_view variable, ci_event& to) {
  to.fork = fmt::format("an unknown repository ({})", variable);
}

void take_ref(event_kind of_branch, const std::string& branch, const std::string& tag, ci_event& to) {
  to.kind = of_branch == event_kind::push && !tag.empty() ? event_kind::tag : of_branch;
  to.tag = tag;
  if (tag.empty()) to.branch = branch;
}

void contradict(std::string_view names, std::string_view what, ci_event& to) {
  to.contradictions.push_back(fmt::format("{}: {}", names, what));
}

}  // namespace cicd::observing
