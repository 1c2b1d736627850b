// A pipeline's own tests: what a declaration does on an event, without a build tree, a git repository or a
// server. Standard library and the declaration types only, since tests are compiled often.
#pragma once

#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/pipeline.hpp>
#include <cicd/observe/ci_event.hpp>

/// Folders of templates, separated by `:`: the target cicd::testing says those of cicd.
#ifndef CICD_TEMPLATES
#define CICD_TEMPLATES ""
#endif

namespace cicd {

// --- What happens: an event of any CI system that says all that it should. ---

/// A push to a branch.
ci_event branch(std::string name);
ci_event tag(std::string name);
/// A pull request from a branch of the same repository.
ci_event pull_request(int number, std::string into = "main");
ci_event pull_request_of_fork(int number, std::string into = "main");
ci_event merge_queue(std::string into = "main");
/// What CI starts at a time, on a branch.
ci_event schedule(std::string branch = "main");
/// What a person starts on a machine of their own, where that branch is checked out.
ci_event by_hand(std::string branch = "main");

/// A step that would run, or be up to date.
struct planned_step {
  std::string id;                    ///< `orders/build`
  std::string kind;                  ///< `command`, `image`, `publish`, `deploy`
  std::vector<std::string> after{};  ///< those that it waits for, by id
};

/// What becomes of one environment.
struct planned_deploy {
  std::string pipeline, environment;
  std::string why_not{};            ///< empty: it is deployed
  std::vector<std::string> asks{};  ///< what it waits for: `FROM stage`, `APPROVAL required`, `BRANCHES main`

  bool is_made() const { return why_not.empty(); }
};

/// What an event leads to. A name is `prod`, or `orders/prod` where several pipelines have one; what there is
/// none of throws std::invalid_argument, so that no misspelt name is not deployed to.
struct event_plan {
  std::string event;                    ///< `tag v1.2.3`
  std::vector<planned_step> steps{};    ///< in an order in which they can run
  std::vector<planned_deploy> deploys;  ///< of all environments
  std::vector<std::string> all_steps;   ///< by id, also those that do not run

  bool runs(std::string_view step) const;
  bool deploys_to(std::string_view environment) const;
  /// Empty where it is deployed to.
  const std::string& why_not(std::string_view environment) const;
  const planned_deploy& deploy(std::string_view environment) const;
};
/// A line for each environment, and one for the steps.
std::string text_of(const event_plan& of);
std::ostream& operator<<(std::ostream& to, const event_plan& of);

/// A declaration that the command line refuses; `what()` is what it prints.
struct refused_declaration : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A push to a branch and a tag lead to the environments that follow them; on every other event a job names
/// its targets, and whether they would be let in is what counts. All environments are judged as if they lay
/// outside of the build tree. Nothing is run; nothing is read but `template.json` below `templates`, since a
/// template is a part of the declaration. Time zones are not looked up. Throws refused_declaration.
event_plan plan_of(const std::vector<pipeline>& declared,
                   const ci_event& happened,
                   std::string_view templates = CICD_TEMPLATES,
                   const char* caller = __builtin_FILE());
event_plan plan_of(const pipeline& declared,
                   const ci_event& happened,
                   std::string_view templates = CICD_TEMPLATES,
                   const char* caller = __builtin_FILE());

}  // namespace cicd
