// GitHub Actions, and Gitea's and Forgejo's, which set the same variables. Who a pull request comes from is
// in the event file alone.
// https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
#pragma once

#include <sys/stat.h>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/observe/ci_variables.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace ci_github {
namespace {

constexpr const char* event_file = "GITHUB_EVENT_PATH";

/// The event as it was sent; null where it cannot be read. GitHub sends at most 25 MB.
json event_in(const std::string& path) {
  constexpr off_t most = 32 << 20;
  struct stat found {};
  if (path.empty() || ::stat(path.c_str(), &found) != 0) return {};
  if (!S_ISREG(found.st_mode) || found.st_size > most) return {};
  const result<std::string> text = read_file(path);
  result<json> event = text ? parse_json(*text) : result<json>(text.error());
  return event ? *std::move(event) : json();
}

std::string name_of(const json& repository) {
  return repository["full_name"].text();
}

/// A deleted fork has no `repo` at all.
void take_request(const json& request, ci_event& to) {
  to.kind = event_kind::pull_request;
  if (const std::string base = request["base"]["ref"].text(); !base.empty()) to.branch = base;
  if (const std::string head = request["head"]["ref"].text(); !head.empty()) to.source_branch = head;
  compare_repositories(name_of(request["head"]["repo"]), name_of(request["base"]["repo"]), event_file, to);
}

/// The queue's own branch: `gh-readonly-queue/main/pr-12-<commit>`.
std::string base_of_queue(const std::string& branch) {
  constexpr std::string_view queue = "gh-readonly-queue/";
  if (!branch.starts_with(queue)) return {};
  return branch.substr(queue.size(), branch.rfind("/pr-") - queue.size());
}

void take_queue(const std::string& base, const std::string& head, ci_event& to) {
  to.kind = event_kind::merge_queue;
  to.branch = base;
  to.source_branch = head;
}

/// A run that follows another one (`workflow_run`) or its checks is what that one was. What it builds is not
/// said: the variables speak of the default branch.
void take_followed(const json& run, const json& event, ci_event& to) {
  const std::string head = run["head_branch"].text(), first = run["event"].text();
  const std::string theirs = name_of(run["head_repository"]), ours = name_of(event["repository"]);
  to.commit.clear();
  if (const std::string base = base_of_queue(head); !base.empty()) return take_queue(base, head, to);
  if (first.empty() || first.starts_with("pull_request") || theirs != ours) {
    to.kind = event_kind::pull_request;
    to.branch = run["pull_requests"].elements().empty()
                    ? ""
                    : run["pull_requests"].elements().front()["base"]["ref"].text();
    to.source_branch = head;
    return compare_repositories(theirs, ours, event_file, to);
  }
  if (first == "push") return take_ref(event_kind::push, head, "", to);
  take_ref(first == "schedule" ? event_kind::schedule : event_kind::by_hand, head, "", to);
}

bool is_ref_event(std::string_view name) {
  return name == "push" || name == "create" || name == "release";
}

void check(const json& event, const std::string& ref, const std::string& repository, ci_event& to) {
  if (!event.is_object()) return;
  if (const std::string said = event["ref"].text(); said.starts_with("refs/") && said != ref)
    contradict("GITHUB_REF and GITHUB_EVENT_PATH", "they name different refs", to);
  if (const std::string said = name_of(event["repository"]); !said.empty() && said != repository)
    contradict("GITHUB_REPOSITORY and GITHUB_EVENT_PATH", "they name different repositories", to);
}

}  // namespace
}  // namespace ci_github

void read_github(ci_variables& variables, ci_event& to) {
  using namespace ci_github;
  const std::string name = variables["GITHUB_EVENT_NAME"], ref = variables["GITHUB_REF"];
  const std::string base = variables["GITHUB_BASE_REF"], head = variables["GITHUB_HEAD_REF"];
  const std::string repository = variables["GITHUB_REPOSITORY"], server = variables["GITHUB_SERVER_URL"];
  const json event = event_in(variables[event_file]);
  to.commit = variables["GITHUB_SHA"];
  if (!repository.empty() && !server.empty()) to.repository = server + "/" + repository;

  const bool is_request = name.starts_with("pull_request") || !head.empty() || is_request_ref(ref);
  const bool may_be_request = name == "issue_comment" || name == "issues";
  if (is_request || (may_be_request && (!event.is_object() || !event["issue"]["pull_request"].is_null()))) {
    to.branch = base;
    to.source_branch = head;
    // Of `pull_request_target` and of a comment the variables name the base, and anything may be checked out.
    if (!is_request_ref(ref)) to.commit.clear();
    return take_request(event["pull_request"], to);
  }
  if (name == "workflow_run") return take_followed(event["workflow_run"], event, to);
  if (const std::string queue = base_of_queue(branch_in(ref)); !queue.empty() || name == "merge_group")
    return take_queue(queue.empty() ? branch_in(event["merge_group"]["base_ref"].text()) : queue,
                      branch_in(ref), to);
  take_ref(is_ref_event(name)   ? event_kind::push
           : name == "schedule" ? event_kind::schedule
                                : event_kind::by_hand,
           branch_in(ref), tag_in(ref), to);
  if (name.empty()) contradict("GITHUB_EVENT_NAME", "it is not set", to);
  check(event, ref, repository, to);
}

}  // namespace cicd::observing
