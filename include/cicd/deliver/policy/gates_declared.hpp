// What an environment asks of deploys, as it is remembered there, and what an older declaration lacks of it.
// Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/declare/environments.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/records/environment_state.hpp>

namespace cicd {

/// Of the files with keys that VERIFY_SIGNATURE names, `sha256:…` by path.
using key_digests = std::map<std::string, std::string>;

/// A declaration, and which commit it is of.
struct declared_at {
  const environment& place;
  std::string commit;
  std::optional<std::chrono::system_clock::time_point> committed{};
  key_digests keys{};
};

/// APPROVAL, PROTECTED, FROM, SOAK, WINDOW, AWAIT, UPSTREAM, VERIFY_SIGNATURE, GATE and VERIFY of a
/// declaration, each with the commit since which it is so, as far as `before` knows. Nothing where it has
/// none of them. A key is remembered with its digest, `keys/release.pub@sha256:…`.
std::optional<declared_gates> gates_of(const declared_at& of, const std::optional<declared_gates>& before);

/// What `newest` asks for, and the declaration does not, or asks less: another key by the same name
/// is another key.
std::vector<weakened_gate> weakened_in(const environment& place,
                                       const declared_gates& newest,
                                       const key_digests& keys = {});

}  // namespace cicd
