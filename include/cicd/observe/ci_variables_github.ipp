// GitHub Actions, and Gitea's and Forgejo's, which set the same variables. Who a pull request comes from is
// in the event file alone.
// https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
#pragma once

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/observe/ci_variables.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_ci_variables_github {
namespace {

constexpr const char* event_file = "GITHUB_EVENT_PATH";

/// The event as it was sent; null where it cannot be read. GitHub sends at most 25 MB.
json event_in(const std::string& path) {
  if (!path.starts_with('/')) return {};
  const result<std::string> text = read_below("/", path.substr(1), {.limit = 32'000'000});
  result<json> event = text ? parse_json(*text) : result<json>(text.error());
  return event ? *std::move(event) : json();
}

std::string name_of(const json& repository) {
  return repository["full_name"].text();
}

/// Its number in a text; empty where there is none.
std::string number_of(const json& request) {
  const std::int64_t number = request["number"].integer(0);
  return number > 0 ? std::to_string(number) : "";
}

/// A deleted fork has no `repo` at all.
void take_request(const json& request, ci_event& to) {
  to.kind = event_kind::pull_request;
  if (const std::string number = number_of(request); !number.empty()) to.request = number;
  if (const std::string base = request["base"]["ref"].text(); !base.empty()) to.branch = base;
  if (const std::string head = request["head"]["ref"].text(); !head.empty()) to.source_branch = head;
  compare_repositories(name_of(request["head"]["repo"]), name_of(request["base"]["repo"]), event_file, to);
}

event_kind kind_of(const std::string& name) {
  if (name == "push" || name == "create" || name == "release") return event_kind::push;
  return name == "schedule" ? event_kind::schedule : event_kind::by_hand;
}

/// A run that follows another one (`workflow_run`) is what that one was, and builds what that one built; the
/// variables speak of the default branch.
void take_followed(const json& run, const json& event, ci_event& to) {
  const std::string head = run["head_branch"].text(), first = run["event"].text();
  const std::string theirs = name_of(run["head_repository"]), ours = name_of(event["repository"]);
  to.commit = run["head_sha"].text();
  if (!first.empty() && !first.starts_with("pull_request") && theirs == ours && !ours.empty())
    return take_ref(kind_of(first), head, "", to);
  const json::array& requests = run["pull_requests"].elements();
  to.kind = event_kind::pull_request;
  to.request = requests.empty() ? "" : number_of(requests.front());
  to.branch = requests.empty() ? "" : requests.front()["base"]["ref"].text();
  to.source_branch = head;
  compare_repositories(theirs, ours, event_file, to);
}

/// Another service's checks of a commit; one that is in a fork has no branch here.
void take_checked(const json& suite, ci_event& to) {
  to.commit = suite["head_sha"].text();
  take_ref(event_kind::by_hand, suite["head_branch"].text(), "", to);
  if (!to.branch.empty() || to.is_proposed()) return;
  to.kind = event_kind::pull_request;
  cannot_be_told(event_file, to);
}

/// A comment on a pull request is one on an issue that has a pull request.
bool may_be_request(const std::string& name, const json& event) {
  if (name != "issue_comment" && name != "issues") return false;
  return !event.is_object() || !event["issue"]["pull_request"].is_null() || !event["pull_request"].is_null();
}

/// Gitea calls a reusable workflow's event so, whatever its caller's is; a push has these members and no
/// other.
std::string name_in(const std::string& name, const json& event) {
  const bool is_push = event["after"].is_string() && event["before"].is_string() && event["ref"].is_string();
  return name == "workflow_call" && is_push ? "push" : name;
}

void check(ci_variables& variables, const json& event, ci_event& to) {
  const std::string ref = variables["GITHUB_REF"], type = variables["GITHUB_REF_TYPE"];
  const std::string said = event["ref"].text(), after = event["after"].text();
  if (!type.empty() && (type == "tag") != !tag_in(ref).empty())
    to.contradictions.emplace_back("GITHUB_REF and GITHUB_REF_TYPE do not fit together");
  if (said.starts_with("refs/") && said != ref)
    to.contradictions.emplace_back("GITHUB_REF is not the ref in GITHUB_EVENT_PATH");
  if (to.kind == event_kind::push && !after.empty() && after != to.commit)
    to.contradictions.emplace_back("GITHUB_SHA is not the commit in GITHUB_EVENT_PATH");
  if (const std::string of = name_of(event["repository"]);
      !of.empty() && lower(of) != lower(variables["GITHUB_REPOSITORY"]))
    to.contradictions.emplace_back("GITHUB_REPOSITORY is not the repository in GITHUB_EVENT_PATH");
}

/// Gitea's address of the server ends in a slash.
std::string repository_of(ci_variables& variables) {
  std::string server = variables["GITHUB_SERVER_URL"];
  const std::string name = variables["GITHUB_REPOSITORY"];
  while (server.ends_with('/')) server.pop_back();
  return server.empty() || name.empty() ? "" : server + "/" + name;
}

}  // namespace
}  // namespace observe_ci_variables_github

void read_github(ci_variables& variables, ci_event& to) {
  using namespace observe_ci_variables_github;
  const std::string said = variables["GITHUB_EVENT_NAME"], ref = variables["GITHUB_REF"];
  const std::string head = variables["GITHUB_HEAD_REF"];
  const json event = event_in(variables[event_file]);
  const std::string name = name_in(said, event);
  to.commit = variables["GITHUB_SHA"];
  to.repository = repository_of(variables);
  to.actor = variables.person("GITHUB_ACTOR");
  if (name.starts_with("pull_request") || !head.empty() || is_request_ref(ref)
      || may_be_request(name, event)) {
    to.request = request_in(ref);
    if (to.request.empty()) to.request = number_of(event["issue"]);
    to.branch = variables["GITHUB_BASE_REF"];
    to.source_branch = head;
    // Of `pull_request_target` and of a comment the variables name the base, and anything may be checked out.
    if (!is_request_ref(ref)) to.commit.clear();
    return take_request(event["pull_request"], to);
  }
  if (name == "workflow_run") return take_followed(event["workflow_run"], event, to);
  if (name == "check_suite") return take_checked(event["check_suite"], to);
  if (name == "check_run") return take_checked(event["check_run"]["check_suite"], to);
  if (name == "merge_group" && !ref.starts_with("refs/heads/gh-readonly-queue/"))
    return take_queue(branch_in(event["merge_group"]["base_ref"].text()), branch_in(ref), to);
  take_ref(kind_of(name), ref, tag_in(ref), to);
  require("GITHUB_EVENT_NAME", said, to);
  check(variables, event, to);
}

}  // namespace cicd::observing
