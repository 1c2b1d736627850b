// The state of an environment whose manifests are files, as the port `environment_home`: the files, the
// record and the state change together. It does not know where they lie.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <cicd/deliver/manifests.hpp>
#include <cicd/deliver/policy/environment_home.hpp>

namespace cicd {

/// The folder, and what a way does with it.
struct manifest_store {
  using say_line = std::function<void(const std::string& line)>;

  std::string name;          ///< as a person knows it
  bool is_embedded = false;  ///< it lies in the build tree: whose it is needs no proof
  std::function<result<manifest_state>()> read;
  /// Gives whether something was written; `decide` is asked anew wherever another wrote meanwhile.
  std::function<result<bool>(const decide_manifests& decide, const say_line& say)> write;
  /// The newest first, each once, without those that failed.
  std::function<result<std::vector<kept_deployment>>()> past;
  /// The manifests of one of them.
  std::function<result<std::map<std::string, std::string>>(const deployment_record& of)> files_of;
};

std::unique_ptr<environment_home> manifest_home(manifest_store store);

/// Class `conflict`: that deployment was there a moment ago.
error not_kept(const std::string& name, const deployment_record& of);

}  // namespace cicd
