// GitHub: https://docs.github.com/en/rest/actions/workflow-runs, "Get the review history for a workflow run".
#pragma once

#include <initializer_list>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/passed_gate.hpp>
#include <cicd/deliver/policy/approver.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/system/web.hpp>

namespace cicd {

namespace deliver_passed_gate {
namespace {

error no_person_named(const std::string& system) {
  return error{exit_class::policy,
               {},
               system.empty() ? "the variables are not those of a CI system, so no gate was passed"
                              : "this CI system does not name who passed a gate",
               system.empty() ? std::nullopt : std::optional(system),
               {{"allowed", "GitHub Actions, GitLab CI"}, {"try", "cicd approve, by a user"}}};
}

error not_passed(const std::string& gate) {
  return error{exit_class::policy, {}, "the gate of this run was not approved", gate, {}}.with(
      "try", "required reviewers for that environment, in the settings of the repository");
}

error not_answered(const std::string& url, const std::string& right, std::string why) {
  return error{exit_class::remote, {}, "the CI system does not say who approves", url, {}}
      .with("caused by", std::move(why))
      .with("try", fmt::format("permissions of the job: {}, and GITHUB_TOKEN for this command", right));
}

error passed_another(const std::string& gate, const std::string& environment) {
  return error{exit_class::policy, {}, "this job is behind another gate", gate, {}}.with(
      "allowed", environment.empty() ? "a job with an environment" : environment);
}

error unknown_author(const std::string& commit) {
  return error{exit_class::policy,
               {},
               "APPROVAL other: the CI system does not know the author of the commit as one of its users",
               commit.substr(0, 7),
               {}}
      .with("try", "an address of the author that is one of that user's");
}

error own_commit(const std::string& person, const std::string& commit) {
  return error{exit_class::policy,
               {},
               fmt::format("APPROVAL other: who wrote the commit {} cannot approve it", commit.substr(0, 7)),
               displayable(person),
               {{"allowed", "another person than its author and its committer"}}};
}

/// By the last review of the gate; empty where that did not let it go.
std::string reviewer_in(const json& reviews, const std::string& gate) {
  std::string who;
  for (const json& each : reviews.elements()) {
    const std::string state = each["state"].text();
    if (state != "approved" && state != "rejected") continue;
    for (const json& one : each["environments"].elements())
      if (one["name"].text() == gate)
        who = state == "approved" ? displayable(each["user"]["login"].text()) : std::string();
  }
  return who;
}

/// `path` as `/commits/4f2a91c…`, of this repository.
result<json> told_by_github(const std::string& path,
                            const std::string& right,
                            const surroundings& around,
                            const cancellation* cancelled) {
  web_request request;
  request.url = fmt::format("{}/repos/{}{}", around.get_or("GITHUB_API_URL", "https://api.github.com"),
                            around.get_or("GITHUB_REPOSITORY", ""), path);
  request.headers = {{"Accept", "application/vnd.github+json"}, {"User-Agent", "cicd"}};
  if (const std::string token = around.get_or("GITHUB_TOKEN", ""); !token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + token);
  web_client client(around, cancelled);
  const result<http_response> answer = client.send(request);
  if (!answer) return answer.error();
  if (answer->status != 200)
    return not_answered(request.url, right, fmt::format("status {}", answer->status));
  result<json> told = parse_json(answer->body);
  if (!told) return not_answered(request.url, right, "the answer is not JSON");
  return told;
}

result<std::string> reviewer_at_github(const std::string& gate,
                                       const surroundings& around,
                                       const cancellation* cancelled) {
  const std::string path = fmt::format("/actions/runs/{}/approvals", around.get_or("GITHUB_RUN_ID", ""));
  const result<json> reviews = told_by_github(path, "actions: read", around, cancelled);
  if (!reviews) return reviews.error();
  std::string who = reviewer_in(*reviews, gate);
  if (who.empty()) return not_passed(gate);
  return who;
}

}  // namespace
}  // namespace deliver_passed_gate

result<std::string> who_passed_gate(const std::string& gate,
                                    const surroundings& around,
                                    const cancellation* cancelled) {
  using namespace deliver_passed_gate;
  const ci_event event = ci_event_of(around);
  if (event.system == "GitHub Actions") return reviewer_at_github(gate, around, cancelled);
  const bool names_starter =
      around.get_or("GITLAB_CI", "") == "true" && around.get_or("CI_JOB_MANUAL", "") == "true";
  if (!names_starter || event.actor.empty()) return no_person_named(event.system);
  const std::string environment = around.get_or("CI_ENVIRONMENT_NAME", "");
  if (environment != gate) return passed_another(gate, environment);
  return event.actor;
}

status check_other_login(const std::string& person,
                         const std::string& commit,
                         const surroundings& around,
                         const cancellation* cancelled) {
  using namespace deliver_passed_gate;
  if (ci_event_of(around).system != "GitHub Actions") return {};
  const result<json> told = told_by_github("/commits/" + commit, "contents: read", around, cancelled);
  if (!told) return told.error();
  if ((*told)["author"]["login"].text().empty()) return unknown_author(commit);
  for (const char* each : {"author", "committer"})
    if (is_same_person((*told)[each]["login"].text(), person)) return own_commit(person, commit);
  return {};
}

}  // namespace cicd
