// GitHub: https://docs.github.com/en/rest/actions/workflow-runs, "Get the review history for a workflow run".
// GitLab: https://docs.gitlab.com/api/jobs/, "Get job token's job".
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/passed_gate.hpp>
#include <cicd/deliver/policy/approver.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/url.hpp>
#include <cicd/system/web.hpp>

namespace cicd {

namespace deliver_passed_gate {
namespace {

/// A login holds neither of its characters.
constexpr std::string_view between_logins = ", ";

error no_person_named(const std::string& system) {
  return error{
      exit_class::policy,
      {},
      system.empty() ? "the variables are not those of a CI system, so no gate was passed"
                     : "this CI system does not name who passed a gate",
      system.empty() ? std::nullopt : std::optional(system),
      {{"allowed", "Buildkite, Drone, GitHub Actions, GitLab CI"}, {"try", "cicd approve, by a user"}}};
}

error not_passed(const std::string& gate) {
  return error{exit_class::policy, {}, "the gate of this run was not approved", gate, {}}.with(
      "try",
      "GitHub: required reviewers for that environment; GitLab: start the manual job by hand; Buildkite: a "
      "block step before this one; Drone: a promotion to it");
}

error not_answered(const std::string& url, const std::string& needs, std::string why) {
  return error{exit_class::remote, {}, "the CI system does not say who approves", url, {}}
      .with("caused by", std::move(why))
      .with("try", needs);
}

error passed_another(const std::string& gate, const std::string& environment) {
  return error{exit_class::policy, {}, "this job is behind another gate", gate, {}}.with(
      "allowed", environment.empty() ? "a job with a gate" : displayable(environment));
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

error rejected(const std::string& gate, const std::string& by) {
  return error{exit_class::policy, {}, "a review of this run rejected the gate", gate, {}}
      .with("rejected by", displayable(by))
      .with("try", "a new run, since the CI system does not say which review of a run was the last");
}

/// GitHub tells no time of a review, and documents no order: a rejection counts whatever else there is, and
/// each who approved may be the one who let it go.
result<std::string> reviewers_in(const json& reviews, const std::string& gate) {
  std::vector<std::string> all;
  for (const json& each : reviews.elements()) {
    const bool is_of_gate = std::ranges::any_of(each["environments"].elements(),
                                                [&](const json& one) { return one["name"].text() == gate; });
    const std::string state = each["state"].text(), who = each["user"]["login"].text();
    if (is_of_gate && state == "rejected") return rejected(gate, who);
    if (is_of_gate && state == "approved" && !who.empty()) all.push_back(displayable(who));
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.empty()) return not_passed(gate);
  return joined(all, between_logins);
}

/// Drone has the author's login of the commit that is built.
status check_login_at_drone(const std::string& person,
                            const std::string& commit,
                            const surroundings& around) {
  const std::string author = around.get_or("DRONE_COMMIT_AUTHOR", "");
  if (author.empty() || around.get_or("DRONE_COMMIT_SHA", "") != commit) return unknown_author(commit);
  if (is_same_person(author, person)) return own_commit(person, commit);
  return {};
}

/// The JSON that a server answers with. `needs`: what the job must have for it.
result<json> told_by(const web_request& request,
                     const std::string& needs,
                     const surroundings& around,
                     const cancellation* cancelled) {
  web_client client(around, cancelled);
  const result<http_response> answer = client.send(request);
  if (!answer) return answer.error();
  if (answer->status != 200)
    return not_answered(request.url, needs, fmt::format("status {}", answer->status));
  result<json> told = parse_json(answer->body);
  if (!told) return not_answered(request.url, needs, "the answer is not JSON");
  return told;
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
  return told_by(request, fmt::format("permissions of the job: {}, and GITHUB_TOKEN for this command", right),
                 around, cancelled);
}

result<std::string> reviewers_at_github(const std::string& gate,
                                        const surroundings& around,
                                        const cancellation* cancelled) {
  const std::string path = fmt::format("/actions/runs/{}/approvals", around.get_or("GITHUB_RUN_ID", ""));
  const result<json> reviews = told_by_github(path, "actions: read", around, cancelled);
  if (!reviews) return reviews.error();
  return reviewers_in(*reviews, gate);
}

/// GitLab sets it in every job. A variable that is set for a job takes its place and does not take it away.
bool is_at_gitlab(const surroundings& around) {
  return around.get("GITLAB_CI").has_value();
}

/// The server that the clone was made from, as the runner wrote it into the clone's own configuration. The
/// user who starts a job may set its variables, among them those that name the server and those by which git
/// reads further settings, so that these are not asked.
result<url> server_of_clone(const std::string& folder, const surroundings& around) {
  const captured origin =
      observing::ask_git(folder, {"config", "--local", "--get", "remote.origin.url"}, around);
  result<url> server = url::from(trimmed(origin.out));
  if (!origin.end.good() || !server)
    return error{exit_class::policy,
                 {},
                 "this clone does not say which GitLab server to ask who started the job",
                 server ? server->text() : std::string("origin"),
                 {{"allowed", "a clone over http or https, by GitLab's runner"}}};
  server->login.clear();
  server->target = "/";
  for (const char* name : {"CI_API_V4_URL", "CI_SERVER_URL"}) {
    const std::string said = around.get_or(name, "");
    if (said.empty()) continue;
    const result<url> other = url::from(said);
    if (!other || other->host != server->host)
      return error{exit_class::policy,
                   {},
                   fmt::format("{} is not of the server that this clone came from", name),
                   other ? other->text() : std::string("no URL"),
                   {{"allowed", server->text()}}};
  }
  return server;
}

/// What GitLab says of this job.
result<json> job_at_gitlab(const std::string& folder,
                           const surroundings& around,
                           const cancellation* cancelled) {
  result<url> server = server_of_clone(folder, around);
  if (!server) return server.error();
  server->target = "/api/v4/job";
  web_request request{.url = server->text(), .most_redirects = 0};
  request.headers = {{"Accept", "application/json"},
                     {"User-Agent", "cicd"},
                     {"JOB-TOKEN", around.get_or("CI_JOB_TOKEN", "")}};
  return told_by(request, "GitLab at the root of its server, and CI_JOB_TOKEN for this command", around,
                 cancelled);
}

/// Whether the job was started by hand a variable alone says.
result<std::string> starter_at_gitlab(const std::string& gate,
                                      const std::string& folder,
                                      const surroundings& around,
                                      const cancellation* cancelled) {
  if (around.get_or("CI_JOB_MANUAL", "") != "true") return not_passed(gate);
  const result<json> job = job_at_gitlab(folder, around, cancelled);
  if (!job) return job.error();
  const std::string name = (*job)["name"].text();
  if (name != gate) return passed_another(gate, name);
  const json& user = (*job)["user"];
  const std::string login = user["username"].text();
  if (login.empty()) return not_passed(gate);
  return displayable(fmt::format("{} <{}>", user["name"].text(login), login));
}

/// GitLab tells names and addresses of the commit, and of the user those that are public.
status check_starter_at_gitlab(const std::string& commit,
                               const std::string& folder,
                               const surroundings& around,
                               const cancellation* cancelled) {
  const result<json> job = job_at_gitlab(folder, around, cancelled);
  if (!job) return job.error();
  const json &user = (*job)["user"], &built = (*job)["commit"];
  if (built["id"].text() != commit || built["author_email"].text().empty()) return unknown_author(commit);
  const std::string name = user["name"].text(), login = user["username"].text();
  for (const char* role : {"author", "committer"}) {
    const std::string of = role;
    const std::string wrote = fmt::format("{} <{}>", built[of + "_name"].text(), built[of + "_email"].text());
    for (const std::string& each : {name, login, user["public_email"].text()})
      if (!each.empty() && is_same_person(wrote, each))
        return own_commit(fmt::format("{} <{}>", name, login), commit);
  }
  return {};
}

/// Buildkite sets them in the steps behind a block, and neither a build nor a pipeline.yml can.
result<std::string> unblocker_at_buildkite(const std::string& gate, const surroundings& around) {
  const std::string step = around.get_or("BUILDKITE_STEP_KEY", "");
  if (step != gate) return passed_another(gate, step);
  const std::string name = around.get_or("BUILDKITE_UNBLOCKER", "");
  if (name.empty()) return not_passed(gate);
  const std::string address = around.get_or("BUILDKITE_UNBLOCKER_EMAIL", "");
  return displayable(address.empty() ? name : fmt::format("{} <{}>", name, address));
}

/// The login of who promoted a build; what begins with `@` is no person: `@hook`, `@cron`.
result<std::string> promoter_at_drone(const std::string& gate, const surroundings& around) {
  const std::string target = around.get_or("DRONE_DEPLOY_TO", "");
  if (target != gate) return passed_another(gate, target);
  std::string who = around.get_or("DRONE_BUILD_TRIGGER", "");
  if (around.get_or("DRONE_BUILD_EVENT", "") != "promote" || who.empty() || who.starts_with('@'))
    return not_passed(gate);
  return displayable(who);
}

}  // namespace
}  // namespace deliver_passed_gate

result<std::string> who_passed_gate(const std::string& gate,
                                    const std::string& folder,
                                    const surroundings& around,
                                    const cancellation* cancelled) {
  using namespace deliver_passed_gate;
  if (is_at_gitlab(around)) return starter_at_gitlab(gate, folder, around, cancelled);
  const ci_event event = ci_event_of(around);
  if (event.system == "GitHub Actions") return reviewers_at_github(gate, around, cancelled);
  if (event.system == "Drone") return promoter_at_drone(gate, around);
  if (event.system == "Buildkite") return unblocker_at_buildkite(gate, around);
  return no_person_named(event.system);
}

status check_other_login(const std::string& person,
                         const std::string& commit,
                         const std::string& folder,
                         const surroundings& around,
                         const cancellation* cancelled) {
  using namespace deliver_passed_gate;
  if (is_at_gitlab(around)) return check_starter_at_gitlab(commit, folder, around, cancelled);
  const std::string system = ci_event_of(around).system;
  if (system == "Drone") return check_login_at_drone(person, commit, around);
  if (system != "GitHub Actions") return {};
  const result<json> told = told_by_github("/commits/" + commit, "contents: read", around, cancelled);
  if (!told) return told.error();
  if ((*told)["author"]["login"].text().empty()) return unknown_author(commit);
  for (const std::string& one : split(person, between_logins.front()))
    for (const char* each : {"author", "committer"})
      if (is_same_person((*told)[each]["login"].text(), std::string(trimmed(one))))
        return own_commit(one, commit);
  return {};
}

}  // namespace cicd
