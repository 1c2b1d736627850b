// Manifests as files, with the record and the state beside them: what is there, and what a change wants to be
// there. It does not know where they lie.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/records/environment_state.hpp>
#include <cicd/deliver/records/record.hpp>

namespace cicd {

/// What is there now.
struct manifest_state {
  std::string tip{};  ///< in git: commit of the branch; empty when it does not exist yet
  std::map<std::string, std::string> files;  ///< below `path`: relative name → content
  std::optional<deployment_record> record;
  environment_state state{};
  /// Asks the history whether what is there was put back by hand, past any release; empty where others leave
  /// no history. It is asked where something is to be changed, since it starts a program.
  std::function<result<std::optional<hand_revert>>()> reverted{};
  /// In git, of what is no plain file below `path`: relative name → mode.
  std::map<std::string, std::string> modes{};
};

/// What is there, with what its history says. Class as of `manifest_state::reverted`.
result<std::optional<hand_revert>> revert_of(const manifest_state& now);

/// What a change wants to be there.
struct wanted_manifests {
  std::map<std::string, std::string> files{};
  std::optional<deployment_record> record{};  ///< nothing: there is none
  environment_state state{};
  std::string message{};  ///< of the commit
  std::string who{};      ///< its author, as a record has it
  std::chrono::system_clock::time_point when{};
  std::vector<std::string> remarks{};  ///< for the plan: what a person should know
};

/// What is there, as it is, by `who`: what a change of the state alone begins with.
wanted_manifests unchanged(const manifest_state& now,
                           std::string who,
                           std::chrono::system_clock::time_point when);

/// The same with the gate's leave: nothing else is committed or written.
struct decided_manifests {
  wanted_manifests wanted;
  permit allowed;
};

/// What is wanted, given what is there at that moment: nothing means that there is nothing to do, an error
/// ends it (superseded, policy).
using decide_manifests = std::function<result<std::optional<decided_manifests>>(const manifest_state& now)>;

}  // namespace cicd
