// The state of an environment as a port, the same for every way of deploying: what is deployed there, what
// holds deploys back, what was deployed before, and putting that back. It does not know where any of it is
// kept, nor how the gate decides.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/records/environment_state.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// What is there.
struct seen_environment {
  std::optional<deployment_record> record{};  ///< nothing: never deployed
  environment_state state{};
  std::optional<hand_revert> reverted{};  ///< what is there was put back by hand, and no release followed
  std::string version{};                  ///< of what was read; a write carries it
};

/// Who changes the state, and when.
struct changed_by {
  std::string who;
  std::chrono::system_clock::time_point when{};
};

/// A deployment of the past.
struct kept_deployment {
  deployment_record record;
  std::string lacks{};  ///< why it cannot be put back: `its objects were too large to keep`; else empty
};

/// A rollback, for the home that does it.
struct put_back_request {
  std::string id;  ///< of the rollback, as a run has one
  changed_by by;
  /// Kept with what is put back: in one write with it, or else right after it.
  deployment_hold hold{};
  const declared_pipeline* pipeline = nullptr;
  const environment* place = nullptr;
  /// The gate, given the hold that is there at that moment.
  std::function<result<permit>(const std::optional<deployment_hold>& there)> may;
  /// Where the declaration comes from, so that it can be told from what `there` comes from.
  std::function<source_identity(const std::optional<deployment_record>& there)> source;
  /// Called once it is put back, with what is recorded.
  std::function<void(const deployment_record& now)> done;
  std::function<void(const std::string& line)> say;
  const cancellation* cancelled = nullptr;
};

/// One place of an environment: a cluster, a folder of a manifest repository, a folder. Used by one thread.
class environment_home {
 public:
  environment_home() = default;
  virtual ~environment_home() = default;
  environment_home(const environment_home&) = delete;
  environment_home& operator=(const environment_home&) = delete;

  /// As a person knows it: the cluster, the repository, the folder.
  virtual std::string name() const = 0;
  /// Who asks, by the name that the place itself knows; empty where it knows none.
  virtual result<std::string> user() { return std::string(); }
  /// Class `corrupt` where it cannot be trusted, `remote` where it cannot be read.
  virtual result<seen_environment> read() = 0;
  /// Writes what is to be remembered; `seen` is what was read, by this home. Class `conflict` where it was
  /// written since, and nothing is changed then.
  virtual status write(const permit& allowed,
                       const seen_environment& seen,
                       environment_state to,
                       const changed_by& by) = 0;
  /// The newest first; what failed is not among them.
  virtual result<std::vector<kept_deployment>> past() = 0;
  /// Puts back one of `past`, as a deployment of its own, and holds further deploys.
  virtual status put_back(const deployment_record& to, const put_back_request& how) = 0;
};

/// Reaches one; what can be said before that costs nothing.
using open_home = std::function<result<std::unique_ptr<environment_home>>()>;

}  // namespace cicd
