// What an action on an environment tells, as text for a person. It does not know what is done.
#pragma once

#include <optional>
#include <string>

#include <cicd/deliver/records/cluster_state.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

/// Prints what is told, to standard output; progress behind `indent`.
event_listener action_printer(std::string indent = "  ");

/// `orders prod, kind: no hold`
std::string hold_line(const changed_place& at, const std::optional<deployment_hold>& hold);
/// `orders stage, …: put back by hand, commit 1a2b3c4 at … by Ada; v2 ran until then`
std::string revert_line(const changed_place& at, const hand_revert& revert);

}  // namespace cicd
