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
};

/// All targets of the build tree: for each pipeline, then the aggregates.
std::vector<target> targets_of(const model& of);

/// `targets.cmake`: one `_cicd_add_target(…)` or `_cicd_add_test(…)` a line, arguments quoted as CMake's
/// bracket arguments.
std::string cmake_text(const std::vector<target>& targets);

}  // namespace cicd
