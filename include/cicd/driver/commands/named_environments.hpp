// The environments that `[<pipeline>] [<environment>]` names, for commands that only look. It does not know
// what is looked at.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/engine/session.hpp>

namespace cicd {

struct named_environment {
  const declared_pipeline* pipeline = nullptr;
  const environment* place = nullptr;
  std::string text() const { return pipeline->declared.name.str() + '/' + place->name.str(); }
};

/// The error for the name of what is a part of an environment; nothing where it is none. `pipeline` empty: of
/// any.
std::optional<error> part_named(const model& in, const std::string& pipeline, const std::string& name);

/// All of them where no name is given. Class `usage` where a name is neither a pipeline nor an environment.
result<std::vector<named_environment>> named_environments(const session& of,
                                                          const std::vector<std::string>& names);

}  // namespace cicd
