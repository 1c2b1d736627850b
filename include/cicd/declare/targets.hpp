// What a pipeline turns into: targets and tests. Decided here, once, for CMake and for `pipeline.cpp`.
// The text of `targets.cmake` is the contract "describe" (docs/contracts/describe.md).
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/model.hpp>

namespace cicd {

/// What a name on the command line, a CMake target or a test stands for.
struct target {
  std::string name;                  ///< `orders.image`, `deploy-stage`
  std::string pipeline;              ///< empty for an aggregate of the whole build tree
  std::string description;           ///< one sentence for cicd-help and IDEs
  std::vector<std::string> steps;    ///< the steps that it ends with, as `orders/image`
  bool plans_only = false;           ///< `plan-<environment>`: shows, does nothing
  std::vector<std::string> depends;  ///< CMake targets that are built before
  bool test = false;                 ///< also a ctest test of that name
  std::string
      stage;  ///< label of the test and folder of the target: build, test, scan, step, image, publish, deploy
  std::vector<std::string> fixtures_setup, fixtures_required;
  /// The words of the driver's command that is run in place of `run <name>`: `rollback orders prod`. Such a
  /// target has no steps; its test reads what is deployed and runs under `ctest -C Deploy` alone.
  std::vector<std::string> command{};
};

/// The step that starts a canary: `canary-<environment>`, or `canary-<environment>-<service>` where the environment has
/// several.
std::string canary_step_name(const pipeline& in, const canary& of);

/// All targets of the build tree: for each pipeline, then the aggregates.
std::vector<target> targets_of(const model& of);

/// What is said where such a target is asked for as one that ends with steps.
error not_made_of_steps(const target& of);

/// `targets.cmake`: one `_cicd_add_target(…)`, `_cicd_add_test(…)` or `_cicd_add_deploy_test(…)` a line,
/// arguments quoted as CMake's bracket arguments.
std::string cmake_text(const std::vector<target>& targets);

}  // namespace cicd
