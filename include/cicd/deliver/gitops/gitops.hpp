// Writing manifests to a git repository that an agent follows.
// Several writers at once all arrive: fetch, re-render, push without force, try again with jitter on any
// rejection, never judged by its text. The deployment record lies beside the manifests.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/deliver/manifests.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// A manifest repository and the part of it that an environment of a pipeline owns.
struct manifest_target {
  std::string
      url;  ///< anything that git takes; created as a bare repository when `create` and it is not there
  bool create = false;
  std::string branch;  ///< `main`
  std::string path;    ///< folder of the manifests within it, such as `stage/orders`
  std::string clone;  ///< absolute folder of our private bare clone, one for all targets of the branch, which
                      ///< may be lost at any time
  std::string turn{};  ///< absolute path of a lock that those hold in turn who push to this branch from here,
                       ///< since of two at the same time only one succeeds; empty: no turns
  bool is_shared = false;  ///< others have files in the folder: what is no file there is passed over
  std::string author{};    ///< of the commits; empty: who changes something
  /// Of a shared folder: the files with what a deployment writes into them. None: it writes whole files.
  std::function<result<std::map<std::string, std::string>>(const deployment_record& of,
                                                           const manifest_state& now)>
      values_for{};
  /// The file of the private SSH key that signs them; none: they are not signed.
  std::function<result<std::string>()> signing_key{};
  std::string sign_declared_at{};  ///< where SIGN is, for what cannot be signed
};

struct gitops_options {
  const cancellation* cancelled = nullptr;
  std::function<void(const std::string& line)> say;
  int attempts = 50;
};

/// Where an environment's manifests lie: in its REPOSITORY, a relative path of which is below the pipeline's
/// folder, or else in `embedded`, which the first deploy makes. Neither `clone` nor `turn` is set.
manifest_target repository_target(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const std::string& embedded);

/// The path of the record within the repository: `.cicd/records/<path>.json`, out of the way of agents that
/// read a folder of manifests.
std::string record_path(const manifest_target& target);

/// That of the environment's state: `.cicd/state/<path>.json`.
std::string state_path(const manifest_target& target);

/// Reads what is there. For a repository on this machine whose tip is the one we know, without starting git.
/// Class `remote` when it cannot be reached; a record that cannot be read is class `corrupt`; a manifest that
/// is a link is class `usage` and is not followed.
result<manifest_state> read_manifests(const manifest_target& target,
                                      const surroundings& around,
                                      const gitops_options& options);

/// What is known of targets that lie on one branch of one repository, in their order, without their files:
/// five starts of git at most, however many they are. A failure that is not of one target is of all.
struct manifest_summary {
  std::optional<deployment_record> record{};
  environment_state state{};
  std::optional<hand_revert> reverted{};
};
std::vector<result<manifest_summary>> read_summaries(std::span<const manifest_target> targets,
                                                     const surroundings& around,
                                                     const gitops_options& options);

/// Commits what `decide` wants, given the state at that moment: nothing means that there is nothing to do, an
/// error ends it (superseded, policy). Called again with the fresh state after each rejection. Files below
/// `path` that are not wanted are removed; all else in the repository stays as it is. Returns the commit, or
/// nothing when nothing was to be done.
result<std::optional<std::string>> commit_manifests(const manifest_target& target,
                                                    const decide_manifests& decide,
                                                    const surroundings& around,
                                                    const gitops_options& options);

/// The records of the past, newest first, at most `most`, each with the commit that wrote it. One that a
/// commit by hand put back has the outcome `reverted`.
struct past_manifests {
  std::string commit;
  deployment_record record;
};
result<std::vector<past_manifests>> manifest_history(const manifest_target& target,
                                                     std::size_t most,
                                                     const surroundings& around,
                                                     const gitops_options& options);
/// The record that any commit of the branch has, of this target or of others; nothing: it has none. Class
/// `remote` where the branch has no such commit.
result<std::optional<deployment_record>> record_at(const manifest_target& target,
                                                   const std::string& commit,
                                                   const surroundings& around,
                                                   const gitops_options& options);
/// The manifests that `commit`, one of the history, has. Class `conflict` where they are not those of
/// `record`.
result<std::map<std::string, std::string>> manifests_at(const manifest_target& target,
                                                        const std::string& commit,
                                                        const deployment_record& record,
                                                        const surroundings& around,
                                                        const gitops_options& options);

}  // namespace cicd
