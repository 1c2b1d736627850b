// What the readers of CI systems have in common. See ci_variables.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace observe_ci_variables {
namespace {

bool continues_with_number(std::string_view ref, std::string_view prefix) {
  return ref.starts_with(prefix) && ref.size() > prefix.size() && ref[prefix.size()] >= '0'
         && ref[prefix.size()] <= '9';
}

/// `main` of GitHub's `gh-readonly-queue/main/pr-12-<commit>`; nothing of any other branch.
std::string base_of_queue(const std::string& branch) {
  constexpr std::string_view queue = "gh-readonly-queue/";
  if (!branch.starts_with(queue)) return {};
  return branch.substr(queue.size(), branch.rfind("/pr-") - queue.size());
}

}  // namespace
}  // namespace observe_ci_variables

std::string as_person(std::string_view name, std::string_view address) {
  std::string text(name);
  if (!address.empty()) text += (text.empty() ? "<" : " <") + std::string(address) + ">";
  return displayable(text);
}

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

std::string ci_variables::person(std::string_view name, std::string_view address) const {
  const std::string who = around_.get_or(name, "");
  return who.empty() ? "" : as_person(who, address.empty() ? "" : around_.get_or(address, ""));
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
  using observe_ci_variables::continues_with_number;
  constexpr std::string_view refs = "refs/";
  if (ref.starts_with("refs/changes/")) return true;  // Gerrit
  if (ref.starts_with(refs)) ref.remove_prefix(refs.size());
  // What Jenkins fetches of GitHub: +refs/pull/*:refs/remotes/origin/pr/*.
  if (continues_with_number(ref, "pr/") && (ref.ends_with("/merge") || ref.ends_with("/head"))) return true;
  // GitHub and Gitea, GitLab, Bitbucket's server.
  return continues_with_number(ref, "pull/") || continues_with_number(ref, "merge-requests/")
         || continues_with_number(ref, "pull-requests/");
}

std::string request_in(std::string_view ref) {
  if (!is_request_ref(ref)) return {};
  constexpr std::string_view refs = "refs/", changes = "changes/";
  if (ref.starts_with(refs)) ref.remove_prefix(refs.size());
  if (ref.starts_with(changes)) ref.remove_prefix(changes.size());
  ref.remove_prefix(std::min(ref.find('/'), ref.size() - 1) + 1);
  return std::string(ref.substr(0, ref.find('/')));
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
  to.fork = fmt::format("an unknown repository ({})", displayable(variable));
}

void take_queue(const std::string& base, const std::string& source, ci_event& to) {
  to.kind = event_kind::merge_queue;
  to.branch = base;
  to.source_branch = source;
}

void take_ref(event_kind of_branch, const std::string& branch, const std::string& tag, ci_event& to) {
  const std::string name = branch_in(branch);
  if (tag.empty() && is_request_ref(branch)) {
    to.kind = event_kind::pull_request;
    to.request = request_in(branch);
    return cannot_be_told(branch, to);
  }
  if (const std::string base = observe_ci_variables::base_of_queue(name); tag.empty() && !base.empty())
    return take_queue(base, name, to);
  to.kind = of_branch == event_kind::push && !tag.empty() ? event_kind::tag : of_branch;
  to.tag = tag;
  if (tag.empty()) to.branch = name;
}

void require(std::string_view name, const std::string& value, ci_event& to) {
  if (value.empty()) to.contradictions.push_back(fmt::format("{} is not set", name));
}

}  // namespace cicd::observing
