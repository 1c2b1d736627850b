// A rollback: which deployment of the past is put back, and that it is done. It does not know how what
// happens is shown.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/deliver/policy/action.hpp>
#include <cicd/deliver/policy/environment_home.hpp>

namespace cicd {

struct rollback_request {
  std::string to;               ///< see `deployment_to_put_back`; empty: the one before what runs
  std::string reason;           ///< kept with the hold; empty: `rollback to <version>`
  bool version_only = false;    ///< only the version that is left is held out
  bool past_migration = false;  ///< also past a task that ran since
  const cancellation* cancelled = nullptr;
};

/// What a rollback asks beside its environment.
struct rollback_ports {
  /// What an image's tag names now, in the registry that it was deployed from; nothing where there is no such
  /// tag.
  std::function<result<std::optional<digest>>(const deployment_record::image& of)> resolve;
  /// Where the declaration comes from, so that it can be told from what `there` comes from.
  std::function<source_identity(const std::optional<deployment_record>& there)> source;
};

/// Puts back one and the same deployment in each home of the environment, one after the other, and holds
/// further deploys. Tells `rollback_started`, progress, `deployed` and `held` for each, and `rollback_failed`
/// where one was begun and not put back, or not all were; gives the version that runs again. The first
/// failure ends it. Class `usage` where there is nothing to put back, `remote` where an image of it is gone.
result<std::string> roll_back(const rollback_request& request,
                              const action_ports& on,
                              const rollback_ports& ports);

/// `#7 v1.4.2 of 2026-11-21T08:00:00Z by Ada`.
std::string line_of(const deployment_facts& of);

/// The one that `to` names (a version, at least seven digits of a commit, an image's tag or digest, the
/// number of a deployment, the run that made it), else the one before what runs, whatever differs: images,
/// configuration or both; where that was put back itself, the one before it was deployed first. `past` is
/// newest first. Class `usage` where there is none.
result<deployment_record> deployment_to_put_back(const std::vector<kept_deployment>& past,
                                                 const std::optional<deployment_record>& now,
                                                 const std::string& to,
                                                 const std::string& subject);

}  // namespace cicd
