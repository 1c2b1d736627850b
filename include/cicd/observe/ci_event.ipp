// The CI systems by name, which of them is here, and what all of them must say. See ci_event.hpp.
#pragma once

#include <algorithm>
#include <array>

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
  std::string_view also = {};  ///< the system whose variables it sets, too: one of both is here, not two
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
      {"Woodpecker", "CI_SYSTEM_NAME", {}, read_woodpecker, "DRONE"},
      {"Drone", "DRONE", {"DRONE_BUILD_EVENT", "DRONE_PULL_REQUEST"}, read_drone},
      {"Jenkins", "JENKINS_URL", {"JENKINS_HOME", "HUDSON_URL", "CHANGE_ID", "CHANGE_FORK"}, read_jenkins},
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

/// Woodpecker's mark has a name in it, those of the others are yes or a number.
bool has_mark(const ci_system& of, const surroundings& around) {
  return of.read == read_woodpecker ? around.get_or("CI", "") == "woodpecker" : is_set(around, of.mark);
}

bool has_sign(const ci_system& of, const surroundings& around) {
  return std::ranges::any_of(of.signs, [&](std::string_view each) { return is_set(around, each); });
}

std::vector<const ci_system*> systems_in(const surroundings& around) {
  std::vector<const ci_system*> found;
  for (const ci_system& each : all()) {
    const bool is_other = std::ranges::any_of(
        found, [&](const ci_system* of) { return of->read == each.read || of->also == each.mark; });
    if (!is_other && (has_mark(each, around) || has_sign(each, around))) found.push_back(&each);
  }
  return found;
}

/// What every system says of what it builds.
void check_said(const ci_system& of, ci_event& said) {
  if (said.kind == event_kind::push && said.branch.empty())
    contradict(of.name, "it names no branch that was pushed", said);
  if (said.kind == event_kind::tag && said.tag.empty()) contradict(of.name, "it names no tag", said);
  if ((said.kind == event_kind::push || said.kind == event_kind::tag) && said.commit.empty())
    contradict(of.name, "it names no commit", said);
}

ci_event event_of(const ci_system& of, const surroundings& around) {
  ci_variables variables(around);
  ci_event said;
  said.system = of.name;
  variables[of.mark];
  of.read(variables, said);
  said.known_by = variables.known_by();
  if (!has_mark(of, around)) contradict(of.mark, fmt::format("it is not set, as {} does", of.name), said);
  check_said(of, said);
  return said;
}

/// The less an event may, the higher.
int caution(const ci_event& of) {
  if (of.fork) return 3;
  return of.is_proposed() ? 2 : of.kind == event_kind::by_hand ? 1 : 0;
}

}  // namespace
}  // namespace observing::ci_systems

ci_event ci_event_of(const surroundings& around) {
  using namespace observing;
  const std::vector<const ci_systems::ci_system*> found = ci_systems::systems_in(around);
  std::vector<ci_event> events;
  std::vector<std::string> names;
  for (const ci_systems::ci_system* each : found) {
    events.push_back(ci_systems::event_of(*each, around));
    names.push_back(events.back().system);
  }
  if (events.empty()) return {};
  ci_event said = *std::ranges::max_element(events, {}, ci_systems::caution);
  if (events.size() > 1) contradict(joined(names, " and "), "their variables are set at once", said);
  return said;
}

std::string_view text_of(event_kind kind) {
  switch (kind) {
    case event_kind::by_hand: return "by hand";
    case event_kind::push: return "push";
    case event_kind::tag: return "tag";
    case event_kind::pull_request: return "pull request";
    case event_kind::merge_queue: return "merge queue";
    case event_kind::schedule: return "schedule";
  }
  return "";
}

}  // namespace cicd
