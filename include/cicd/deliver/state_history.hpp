// The state of an environment in a bucket: `<prefix>/<generation>.json`, each written once, so that of two
// that write at once one is first. The format is the contract "state in a bucket"
// (docs/contracts/bucket-state.md). It does not know how anything is deployed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/manifests.hpp>
#include <cicd/deliver/policy/environment_home.hpp>
#include <cicd/image/object_store.hpp>

namespace cicd {

/// The version of the format. A newer one is class `corrupt`: it is left untouched.
inline constexpr int bucket_state_schema = 1;

struct state_generation {
  std::int64_t number = 0;    ///< 0: there is none yet
  std::int64_t files_in = 0;  ///< the generation that has the files: the one that began to deploy them
  std::int64_t before = 0;    ///< the last generation of the deployment before; 0: there is none
  manifest_state there{};
};

class state_history {
 public:
  using file_map = std::map<std::string, std::string>;
  /// `prefix` has no slash at its end.
  state_history(std::unique_ptr<object_store> in, std::string prefix)
      : in_(std::move(in)), prefix_(std::move(prefix)) {}

  /// `s3://team-artifacts/orders/state/prod`
  std::string name() const { return in_->address(prefix_); }
  /// The one of the highest number. Class `corrupt` where it cannot be trusted.
  result<state_generation> last() const;
  /// Writes the next after `before`. False: another was faster.
  result<bool> add(const state_generation& before, const wanted_manifests& what) const;

  /// The deployments, each once as it ended, the newest first, at most `most`.
  result<std::vector<deployment_record>> history(std::size_t most) const;
  /// Those that can be put back.
  result<std::vector<kept_deployment>> past() const;
  /// The files of one of them.
  result<file_map> files_of(const deployment_record& of) const;

 private:
  using visit = std::function<bool(const state_generation&)>;
  /// Of all generations; 0 without one.
  result<std::int64_t> newest() const;
  /// Without the files that another one has.
  result<state_generation> at(std::int64_t number) const;
  result<file_map> files_in(const state_generation& of) const;
  /// Each deployment as it ended, from the newest on, until one says that it is enough.
  status each_deployment(const visit& meet) const;
  std::string key_of(std::int64_t number) const;
  std::int64_t number_of(const std::string& key) const;

  std::unique_ptr<object_store> in_;
  std::string prefix_;
};

}  // namespace cicd
