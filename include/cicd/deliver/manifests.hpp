// Manifests as files, with the record beside them: what is there, and what a deploy wants to be there. It
// does not know where they lie.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/records/record.hpp>

namespace cicd {

/// What is there now.
struct manifest_state {
  std::string tip{};  ///< in git: commit of the branch; empty when it does not exist yet
  std::map<std::string, std::string> files;  ///< below `path`: relative name → content
  std::optional<deployment_record> record;
};

/// What a deploy wants to be there.
struct wanted_manifests {
  std::map<std::string, std::string> files;
  deployment_record record;
  std::string message;  ///< of the commit
};

/// The same with the gate's leave: nothing else is committed or written.
struct decided_manifests {
  wanted_manifests wanted;
  permit allowed;
};

/// What is wanted, given what is there at that moment: nothing means that there is nothing to do, an error
/// ends it (superseded, policy).
using decide_manifests = std::function<result<std::optional<decided_manifests>>(const manifest_state& now)>;

}  // namespace cicd
