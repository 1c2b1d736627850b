// What an environment remembers beside its deployment record: a hold, approvals, and which revert by hand
// deploys may undo. In a cluster it is part of the ConfigMap (cluster_state.hpp); beside manifests it is a
// file of its own, whose format is the contract "environment state" (docs/contracts/environment-state.md).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>

namespace cicd {

/// The version of the file's format. A newer one is class `corrupt`: it is left untouched.
inline constexpr int environment_state_schema = 1;

/// No automatic deploy until it is released; with a version, only of that one.
struct deployment_hold {
  std::string who, reason, version;
  std::chrono::system_clock::time_point when{};
};
json json_of(const deployment_hold& hold);
/// Nothing where `when` is not a timestamp.
std::optional<deployment_hold> hold_from(const json& from);

/// That a person agreed to one artifact, or to exactly these images and objects, until it expires.
struct deployment_approval {
  std::string who, reason;
  std::string digest;  ///< of what was approved, 64 digits
  std::chrono::system_clock::time_point when{}, expires{};
  std::string step{};                  ///< `orders/deploy-prod`; empty in one of before it was kept
  std::string version{};               ///< that was looked at
  std::vector<std::string> persons{};  ///< what else is known of who gave it: git's or the CI system's name
};
json json_of(const deployment_approval& approval);
/// Nothing where `when` or `expires` is not a timestamp, or `digest` no digest.
std::optional<deployment_approval> approval_from(const json& from);

struct environment_state {
  std::optional<deployment_hold> hold{};
  std::string revert_released{};  ///< the commit of a `hand_revert` that deploys may undo; empty: of none
  std::vector<deployment_approval> approvals{};
};
/// The file; empty where there is nothing to remember.
std::string file_text(const environment_state& state);
/// Class `corrupt` for anything that is no state of a schema that is known; `where` is named in the error.
result<environment_state> environment_state_from(std::string_view text, const std::string& where);

/// A commit that did not come from cicd and put back what was deployed before.
struct hand_revert {
  std::string commit;  ///< full
  std::string who;     ///< its author
  std::chrono::system_clock::time_point when{};
  std::string left;  ///< the version that ran until then
};

}  // namespace cicd
