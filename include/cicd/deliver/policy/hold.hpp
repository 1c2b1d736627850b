// Holds: no deploy until it is released, or none of one version.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <cicd/deliver/policy/action.hpp>

namespace cicd {

struct hold_request {
  std::string reason;
  std::string version{};    ///< only this one is held out; empty: all
  bool everywhere = false;  ///< one of all environments: the environment's own stays below it
};

/// Holds the environment in each of its homes, one after the other; tells `held` for each, and before it what
/// is replaced. The first failure ends it: those before it are held.
status set_hold(const hold_request& request, const action_ports& on);
/// Lets deploys in again, past a revert by hand too; tells `released` for each home. `everywhere`: ends what
/// was set in all environments, and nothing of the environment's own.
status release_hold(bool everywhere, const action_ports& on);
/// What is there in each home, and nothing is changed.
using see_hold = std::function<void(const changed_place& at, const seen_environment& seen)>;
status show_hold(const action_ports& on, const see_hold& see);

/// `all deploys are on hold since 2026-… by Ada: the release is frozen`, `no hold`
std::string text_of(const std::optional<deployment_hold>& hold);
/// `put back by hand, commit 1a2b3c4 at 2026-… by Ada; v2 ran until then`
std::string text_of(const hand_revert& revert);

}  // namespace cicd
