// One target of a manifest repository, checked, with the git that reaches it; and what its files say. It does
// not know what is remembered of a run.
#pragma once

#include <optional>
#include <string>

#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>

namespace cicd {

/// How often a remote may fail in a row, without anything having moved, before that is believed.
inline constexpr int failures_believed = 5;

struct repository_session {
  manifest_target target;
  gitops_options options;
  git_client git;

  void say(const std::string& line) const {
    if (options.say) options.say(line);
  }
};

/// Class `usage` for a target that cannot be; `remote` where its repository is on this machine and is not
/// there. One that is to be made is made.
result<repository_session> reached_repository(const manifest_target& target,
                                              const surroundings& around,
                                              const gitops_options& options);

/// Where the branch is, empty when it does not exist. A server that fails is asked again a few times.
result<std::string> current_tip(const repository_session& at);
/// The same where the repository is on this machine and git need not be started; else nothing.
std::optional<std::string> tip_without_git(const manifest_target& target);

/// A random part of what the failed attempt took, more with each attempt, so that several writers part
/// however fast the server is.
std::chrono::milliseconds pause_after(std::chrono::milliseconds taken, int attempt);

/// Class `usage` where a file would lie outside its folder.
status check_files(const wanted_manifests& wanted);

/// `clone=$(mktemp -d) && git clone … && git checkout …`: brings back the last record but the present one.
std::string record_repair(const manifest_target& target);

/// Class `corrupt` for a record or a state that is none.
result<manifest_state> state_from(const manifest_target& target,
                                  const std::string& tip,
                                  manifest_contents contents);
/// The bytes of what is wanted.
manifest_contents contents_of(const wanted_manifests& wanted);

/// Of the last change of a record: whether it put back an earlier one. Ours only ever raise the generation.
std::optional<hand_revert> revert_in(const manifest_clone::path_change& last,
                                     const std::optional<deployment_record>& now);

/// A deployment that was put back by hand, and that no release has let deploys go on from. `last` is the last
/// change of its record.
result<std::optional<hand_revert>> unreleased_revert(const manifest_target& target,
                                                     manifest_clone& clone,
                                                     const manifest_state& now,
                                                     const std::optional<manifest_clone::path_change>& last);

}  // namespace cicd
