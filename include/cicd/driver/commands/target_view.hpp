// What a target does, as declared: its steps in their order and what each is made of, where it deploys to, on
// which events, and who may. One view, as text and as data (docs/contracts/explain.md). It runs nothing and
// contacts nothing; what steps would do now is told to it.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <cicd/declare/explain/page.hpp>
#include <cicd/deliver/policy/declared_rules.hpp>
#include <cicd/deliver/way.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/plan/plan.hpp>

namespace cicd {

/// `tools`: `java mvn`.
using named_values = std::vector<std::pair<std::string, std::vector<std::string>>>;

struct step_view {
  std::string id;        ///< `orders/build`
  std::string kind;      ///< `command`, `image`, `publish`, `deploy`
  bool is_last = false;  ///< the target ends with it
  std::vector<std::string> after{};
  named_values made_of{};  ///< command, tools, inputs, base, images, …
  /// Whether planning it asks nothing outside of this machine.
  bool is_local = false;
  std::string decision{};              ///< of a local one: what it would do now
  std::vector<std::string> reasons{};  ///< and why
};

/// Where a target changes something outside of the steps' folders.
struct change_view {
  std::string pipeline, environment{};  ///< an image's registry is no environment
  std::string what{};                   ///< `deploy`, `preview`, `publish`, `rollback`, …
  std::string to{}, via{};              ///< as a person names it; the way
  bool is_outside = true;               ///< false: it lies in the build tree
  named_values declared{};              ///< ON, FROM, VERIFY, images, services, …
  std::vector<declared_rule> rules{};
  std::string login{};  ///< who can do it: by which login
};

struct target_view {
  std::string name, text;
  std::vector<std::string> command{};  ///< of the driver, in place of steps
  std::vector<std::string> needs{};    ///< CMake targets
  bool is_test = false, plans_only = false;
  std::vector<step_view> steps{};
  std::vector<change_view> changes{};
  std::string run{};  ///< the command that does it
};

/// How an environment is deployed to: asked where it is, and whether that is in the build tree.
using way_of_place = std::function<const way&(const environment& place)>;

/// Of a checked model.
target_view view_of(const target& of, const session& in, const way_of_place& way_of);

/// The steps of which can be said what they would do now: nothing that they come after asks anything outside.
std::vector<std::string> local_steps(const target_view& of);
/// What a plan of these says.
void tell_plan(target_view& to, const std::vector<step_plan>& plan, const step_graph& graph);

explained page_of(const target_view& of);

}  // namespace cicd
