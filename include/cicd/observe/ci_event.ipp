// The CI systems by name, which of them is here, and what all of them must say. See ci_event.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd {

namespace observing::ci_systems {
namespace {

/// A CI system is known by its mark. `signs` are variables that tell of pull requests and the like where the
/// mark was lost on the way (a container that was given some of them): they are heard, but are no consistent
/// event.
struct ci_system {
  std::string_view name, mark;
  std::vector<std::string_view> signs;
  ci_reader read;
  std::string_view also = {};   ///< the mark of the system whose variables it sets, too: it is not there
  std::string_view value = {};  ///< what the mark says; else anything but no
};

/// Adding a CI system is a line here and its reader.
const std::vector<ci_system>& all() {
  static const std::vector<ci_system> systems = {
      {"Forgejo Actions", "FORGEJO_ACTIONS", {}, read_github, "GITHUB_ACTIONS"},
      {"Gitea Actions", "GITEA_ACTIONS", {}, read_github, "GITHUB_ACTIONS"},
      {"GitHub Actions", "GITHUB_ACTIONS", {"GITHUB_EVENT_NAME", "GITHUB_HEAD_REF"}, read_github},
      {"GitLab CI",
       "GITLAB_CI",
       {"CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"},
       read_gitlab},
      {"CircleCI", "CIRCLECI", {"CIRCLE_BRANCH", "CIRCLE_PR_USERNAME", "CIRCLE_PR_NUMBER"}, read_circle},
      {"Buildkite",
       "BUILDKITE",
       {"BUILDKITE_BRANCH", "BUILDKITE_PULL_REQUEST", "BUILDKITE_PULL_REQUEST_REPO"},
       read_buildkite},
      {"Woodpecker", "CI", {}, read_woodpecker, "DRONE", "woodpecker"},
      {"Drone", "DRONE", {"DRONE_BUILD_EVENT", "DRONE_PULL_REQUEST"}, read_drone},
      {"Jenkins",
       "JENKINS_URL",
       {"JENKINS_HOME", "HUDSON_URL", "CHANGE_TARGET", "CHANGE_FORK", "ghprbPullId", "gitlabMergeRequestIid"},
       read_jenkins},
      {"Azure Pipelines", "TF_BUILD", {"BUILD_REASON", "SYSTEM_PULLREQUEST_ISFORK"}, read_azure},
      {"Travis CI", "TRAVIS", {"TRAVIS_EVENT_TYPE", "TRAVIS_PULL_REQUEST"}, read_travis},
      {"Bitbucket Pipelines", "BITBUCKET_BUILD_NUMBER", {"BITBUCKET_PR_ID"}, read_bitbucket},
  };
  return systems;
}

bool is_set(const surroundings& around, std::string_view name) {
  const std::string value = lower(trimmed(around.get_or(name, "")));
  return !value.empty() && value != "false" && value != "0";
}

bool has_mark(const ci_system& of, const surroundings& around) {
  return of.value.empty() ? is_set(around, of.mark) : around.get_or(of.mark, "") == of.value;
}

/// The first of its signs that is there; empty without one.
std::string_view sign_of(const ci_system& of, const surroundings& around) {
  const auto found =
      std::ranges::find_if(of.signs, [&](std::string_view each) { return is_set(around, each); });
  return found == of.signs.end() ? std::string_view() : *found;
}

std::vector<const ci_system*> systems_in(const surroundings& around) {
  std::vector<const ci_system*> found;
  for (const ci_system& each : all()) {
    const bool is_other = std::ranges::any_of(
        found, [&](const ci_system* of) { return of->read == each.read || of->also == each.mark; });
    if (!is_other && (has_mark(each, around) || !sign_of(each, around).empty())) found.push_back(&each);
  }
  return found;
}

/// What every system says of a push or tag; Jenkins names the commit in a declarative pipeline only.
void check_said(const ci_system& of, ci_event& said) {
  const auto missing = [&](const char* what) {
    said.contradictions.push_back(fmt::format("{} names no {}", said.system, what));
  };
  if (said.kind == event_kind::push && said.branch.empty()) missing("branch that was pushed");
  if (said.kind != event_kind::push && said.kind != event_kind::tag) return;
  if (said.commit.empty() && of.read != read_jenkins) missing("commit");
}

ci_event event_of(const ci_system& of, const surroundings& around) {
  ci_variables variables(around);
  ci_event said;
  said.system = of.name;
  variables[of.mark];
  of.read(variables, said);
  said.known_by = variables.known_by();
  if (!has_mark(of, around))
    said.contradictions.push_back(fmt::format("{} is set, but {} is not", sign_of(of, around), of.mark));
  check_said(of, said);
  return said;
}

/// The less an event may, the higher.
int caution(const ci_event& of) {
  if (of.fork) return 3;
  if (of.is_proposed()) return 2;
  return of.kind == event_kind::push || of.kind == event_kind::tag ? 0 : 1;
}

bool tell_the_same(const ci_event& one, const ci_event& other) {
  return one.kind == other.kind && one.branch == other.branch && one.tag == other.tag;
}

/// Of several systems' events the one that may the least; where none of them is a pull request and they
/// disagree, nothing is believed.
ci_event safest_of(const std::vector<ci_event>& events) {
  ci_event said = *std::ranges::max_element(events, {}, caution);
  std::vector<std::string> names;
  for (const ci_event& each : events) names.push_back(each.system);
  const bool agree =
      std::ranges::all_of(events, [&](const ci_event& each) { return tell_the_same(each, said); });
  if (!agree && !said.is_proposed()) {
    said.kind = event_kind::by_hand;
    said.branch.clear();
    said.tag.clear();
    said.commit.clear();
  }
  said.contradictions.push_back(fmt::format("the variables of {} are set at once", joined(names, " and ")));
  return said;
}

/// How the names of their variables begin.
constexpr std::array<std::string_view, 16> beginnings{
    "CI_",   "GITHUB_",    "GITLAB_", "CIRCLE", "BUILDKITE", "JENKINS_", "DRONE",    "TRAVIS",
    "ghprb", "BITBUCKET_", "SYSTEM_", "BUILD_", "TF_BUILD",  "GITEA_",   "FORGEJO_", "CHANGE_"};

}  // namespace
}  // namespace observing::ci_systems

ci_event ci_event_of(const surroundings& around) {
  namespace systems = observing::ci_systems;
  std::vector<ci_event> events;
  for (const systems::ci_system* each : systems::systems_in(around))
    events.push_back(systems::event_of(*each, around));
  if (events.empty()) return {};
  return events.size() == 1 ? std::move(events.front()) : systems::safest_of(events);
}

surroundings without_ci_system(const surroundings& around) {
  std::map<std::string, std::string, std::less<>> variables = around.all();
  std::erase_if(variables, [](const auto& each) {
    return std::ranges::any_of(observing::ci_systems::beginnings,
                               [&](std::string_view start) { return each.first.starts_with(start); });
  });
  for (const observing::ci_systems::ci_system& each : observing::ci_systems::all()) {
    if (each.value.empty() || around.get_or(each.mark, "") == each.value)
      variables.erase(std::string(each.mark));
    for (const std::string_view sign : each.signs) variables.erase(std::string(sign));
  }
  return surroundings(std::move(variables)).of_account(around.account_home());
}

std::string ci_run_link(const surroundings& around) {
  const auto is_page = [](const std::string& text) {
    return text.starts_with("https://") || text.starts_with("http://");
  };
  const std::string server = around.get_or("GITHUB_SERVER_URL", ""), run = around.get_or("GITHUB_RUN_ID", "");
  if (is_page(server) && !run.empty())
    return fmt::format("{}/{}/actions/runs/{}", server, around.get_or("GITHUB_REPOSITORY", ""), run);
  for (const char* name : {"CI_JOB_URL", "CI_PIPELINE_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL",
                           "TRAVIS_BUILD_WEB_URL", "DRONE_BUILD_LINK", "BUILD_URL"})
    if (const std::string link = around.get_or(name, ""); is_page(link)) return link;
  const std::string name = around.get_or("BITBUCKET_REPO_FULL_NAME", ""),
                    number = around.get_or("BITBUCKET_BUILD_NUMBER", "");
  if (!name.empty() && !number.empty())
    return fmt::format("https://bitbucket.org/{}/pipelines/results/{}", name, number);
  const std::string azure = around.get_or("SYSTEM_COLLECTIONURI", ""),
                    build = around.get_or("BUILD_BUILDID", "");
  if (is_page(azure) && !build.empty())
    return fmt::format("{}{}/_build/results?buildId={}", azure, around.get_or("SYSTEM_TEAMPROJECT", ""),
                       build);
  return {};
}

std::string ci_run_id(const surroundings& around) {
  for (const char* name : {"GITHUB_RUN_ID", "CI_PIPELINE_ID", "CIRCLE_WORKFLOW_WORKSPACE_ID",
                           "BUILDKITE_BUILD_ID", "DRONE_BUILD_NUMBER", "CI_PIPELINE_NUMBER", "BUILD_TAG",
                           "BUILD_BUILDID", "TRAVIS_BUILD_ID", "BITBUCKET_BUILD_NUMBER"})
    if (std::string id = around.get_or(name, ""); !id.empty()) return fmt::format("{}={}", name, id);
  return {};
}

}  // namespace cicd
