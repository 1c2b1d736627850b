// Commands that act on what is deployed, by the family: each file adds its own to the command line and says
// what is run.
#pragma once

#include <functional>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace CLI {
class App;
}

namespace cicd {

/// What the command line came to.
using command_action = std::function<exit_class(surroundings)>;

/// `rollback`, `hold set|release|show`, `approve`, `deploy --plan`.
void add_environment_commands(CLI::App& app, command_action& chosen);
/// `cron list|run-now|suspend|resume`, `task`.
void add_job_commands(CLI::App& app, command_action& chosen);
/// `preview list|remove|sweep`, `canary start|set|status|end`.
void add_branch_commands(CLI::App& app, command_action& chosen);
/// `adopt`, `doctor`.
void add_cluster_commands(CLI::App& app, command_action& chosen);

}  // namespace cicd
