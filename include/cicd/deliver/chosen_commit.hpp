// Which commit a person means to promote: by a version, a commit, or what another environment runs. It does
// not know whether that may be.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// At most one of the three; none: what PIN names, else what the one environment runs that it comes FROM.
struct commit_choice {
  std::string version;  ///< a tag, or what the `*` of ON stands for in one
  std::string commit;   ///< at least four digits, or a ref
  std::string from;     ///< an environment
};

struct chosen_commit {
  std::string commit;  ///< 40 digits
  std::string tag{};   ///< by which; empty: by none that was named
  std::string from{};  ///< the environment that runs it; empty: it was named

  std::string short_commit() const { return commit.substr(0, 7); }
};

/// What runs in an environment; nothing where it was never deployed.
using look_at_environment = std::function<result<std::optional<deployment_record>>(const environment& place)>;

/// Class `usage` where the choice is no choice (with what is there, and the nearest), and where a shallow
/// clone cannot know; else that of the environment that does not answer.
result<chosen_commit> chosen_commit_of(const commit_choice& choice,
                                       const declared_pipeline& pipeline,
                                       const environment& place,
                                       const look_at_environment& look,
                                       const surroundings& around);

}  // namespace cicd
