// What an environment remembers beside its deployment record: a hold, approvals, which revert by hand deploys
// may undo, what was seen to be healthy, and what its newest declaration asks of deploys. In a cluster it is
// part of the ConfigMap (cluster_state.hpp); beside manifests it is a file of its own, whose format is the
// contract "environment state" (docs/contracts/environment-state.md).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

/// The version of the file's format. A newer one is class `corrupt`: it is left untouched.
inline constexpr int environment_state_schema = 2;

/// No automatic deploy until it is released; with a version, only of that one.
struct deployment_hold {
  std::string who, reason, version;
  std::chrono::system_clock::time_point when{};
  bool everywhere = false;  ///< it was set in all environments at once, and ends so
  std::vector<deployment_hold>
      over{};  ///< of one that is everywhere: the environment's own, which comes back
};
json json_of(const deployment_hold& hold);
/// Nothing where `when` is not a timestamp.
std::optional<deployment_hold> hold_from(const json& from);

/// That a person agreed to one artifact, or to exactly these images and objects, until it expires.
struct deployment_approval {
  std::string who, reason;
  std::string digest;  ///< of what was approved, 64 digits
  std::chrono::system_clock::time_point when{}, expires{};
  std::string step{};                  ///< `orders/deploy-prod`; empty in one of before it was kept
  std::string version{};               ///< that was looked at
  std::vector<std::string> persons{};  ///< what else is known of who gave it: git's or the CI system's name
};
json json_of(const deployment_approval& approval);
/// Nothing where `when` or `expires` is not a timestamp, or `digest` no digest.
std::optional<deployment_approval> approval_from(const json& from);

/// What was seen of a commit while it was deployed: that it is healthy, or not, and since when that is so.
struct seen_health {
  std::string commit;
  bool is_healthy = false;
  std::chrono::system_clock::time_point since{};  ///< of the first observation
  std::string says{};                             ///< `Degraded: …`
};
/// The newest come last. Whether it says anything new: another observation of the same is none.
bool note_health(std::vector<seen_health>& in, seen_health seen);
json json_of(const std::vector<seen_health>& all);
/// Nothing where one has no timestamp.
std::optional<std::vector<seen_health>> seen_health_from(const json& from);

/// What the declaration of the newest commit that was deployed asks of deploys.
struct declared_gates {
  struct gate {
    std::vector<std::string> words;  ///< `SOAK 2h`
    std::string since;               ///< the commit with which it was first seen so
    bool operator==(const gate&) const = default;
  };
  std::string commit;  ///< of the declaration
  std::optional<std::chrono::system_clock::time_point> committed{};
  std::vector<gate> gates{};
};
json json_of(const declared_gates& of);
declared_gates declared_gates_from(const json& from);

/// A task that ran to its good end before a deploy: it is not run again for the same.
struct finished_task {
  std::string task{}, version{};
  std::string of{};             ///< what it was run for: the artifact, or the images; 64 digits
  std::int64_t generation = 0;  ///< of the deployment that it ran for
  std::string job{}, who{};
  std::chrono::system_clock::time_point when{};
};
json json_of(const finished_task& task);
/// Nothing where `when` is not a timestamp.
std::optional<finished_task> finished_task_from(const json& from);
/// Adds one; of the many of a long life the newest are kept.
void add_finished(std::vector<finished_task>& to, finished_task what);

json json_of(const announcement& of);
announcement announcement_from(const json& from);

struct environment_state {
  std::optional<deployment_hold> hold{};
  std::string revert_released{};  ///< the commit of a `hand_revert` that deploys may undo; empty: of none
  std::vector<deployment_approval> approvals{};
  std::vector<seen_health> health{};
  std::optional<declared_gates> gates{};
  announcement announced{};                    ///< to chats
  std::vector<finished_task> tasks{};          ///< where the way runs any; not in the file
  std::map<std::string, std::string> facts{};  ///< of a branch's copy: branch, host, expires, …
};
/// The file; empty where there is nothing to remember.
std::string file_text(const environment_state& state);
/// Class `corrupt` for anything that is no state of a schema that is known; `where` is named in the error.
result<environment_state> environment_state_from(std::string_view text, const std::string& where);

/// A commit that did not come from cicd and put back what was deployed before.
struct hand_revert {
  std::string commit;  ///< full
  std::string who;     ///< its author
  std::chrono::system_clock::time_point when{};
  std::string left;  ///< the version that ran until then
};

}  // namespace cicd
