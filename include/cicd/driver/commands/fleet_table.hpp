// What a pass over the fleet does, as text and as JSON. It does not know how it was found out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/deliver/policy/fleet_actions.hpp>
#include <cicd/report/moments.hpp>

namespace cicd {

/// How a deploy of a pass ended.
struct deploy_outcome {
  std::string is{};            ///< `deployed`, `proposed`, `up to date`, `refused`, `failed`, `interrupted`
  std::string link{};          ///< of what is proposed
  std::optional<error> why{};  ///< of what failed or was refused
};
using deploy_outcomes = std::map<std::string, deploy_outcome>;  ///< by target, `orders/prod`

/// A line for each target that is not at rest, those at rest counted in the last line.
std::string actions_text(const std::vector<fleet_action>& all, const moment_words& times, std::size_t width);
/// One line: `3 deployed, 2 wait, 1 may not go, 14 with nothing to do`; after a plan what would be.
std::string summary_text(const std::vector<fleet_action>& deploys,
                         const deploy_outcomes& outcomes,
                         const std::vector<fleet_action>& last,
                         bool only_plans);
/// What is done otherwise than before; nothing: the environment is not declared then.
struct changed_action {
  std::optional<fleet_action> now, before;
};
/// A line for each, with what was done before, and how many they are of all.
std::string change_text(const std::vector<changed_action>& changed,
                        std::size_t all,
                        const std::string& against,
                        const moment_words& times,
                        std::size_t width);
/// Schema 1.
json json_of_change(const std::vector<changed_action>& changed, const std::string& against);
/// Schema 1: what was deployed in this pass, and each target as it is after it.
json json_of_pass(const std::vector<fleet_action>& deploys,
                  const deploy_outcomes& outcomes,
                  const std::vector<fleet_action>& last,
                  exit_class kind);

}  // namespace cicd
