// Holds: no deploy until it is released, or none of one version.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <cicd/deliver/policy/action.hpp>

namespace cicd {

struct hold_request {
  std::string reason;
  std::string version{};  ///< only this one is held out; empty: all
};

/// Holds the environment in each of its clusters, one after the other; tells `held` for each. The first
/// failure ends it: those before it are held.
status set_hold(const hold_request& request, const action_ports& on);
/// Lets deploys in again; tells `released` for each cluster.
status release_hold(const action_ports& on);
/// The hold of each cluster, and nothing is changed.
using see_hold = std::function<void(const changed_place& at, const std::optional<deployment_hold>& hold)>;
status show_hold(const action_ports& on, const see_hold& see);

/// Sets or releases (nothing) the hold of an environment in one cluster.
status change_hold(const permit& allowed,
                   kubernetes::cluster& with,
                   const cluster_place& place,
                   std::optional<deployment_hold> to);

/// `all deploys are on hold since 2026-… by Ada: the release is frozen`, `no hold`
std::string text_of(const std::optional<deployment_hold>& hold);

}  // namespace cicd
