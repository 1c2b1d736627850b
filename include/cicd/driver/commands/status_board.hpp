// What is deployed in each environment, its pods, what holds it, and the branches in it. It does not know how
// any of it is shown, and changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/cluster/pod_count.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/release/artifact.hpp>
#include <cicd/driver/commands/named_environments.hpp>
#include <cicd/observe/commit_graph.hpp>
#include <cicd/report/moments.hpp>

namespace cicd {

/// A branch's preview or canary.
struct branch_status {
  std::string kind;  ///< `preview` or `canary`
  std::string branch, commit, who, host, service, share;
  std::string outcome;  ///< of its last deploy; empty where none was begun
  std::optional<std::chrono::system_clock::time_point> since, expires;
  pod_count pods;
};

/// Why an environment is not as a deploy left it, or does not take the next one.
struct environment_remark {
  std::string state;    ///< short, for the list: `on hold`, `failed`
  std::string text;     ///< the whole, with the command that helps
  std::string brief{};  ///< for the table of all environments; empty: as the list has it
};

/// What the next release of an environment is, and what keeps it from being deployed.
struct next_release {
  std::string tag, commit;              ///< the tag is empty where the environment follows none
  std::optional<gate_refusal> refused;  ///< nothing: it can be deployed
};

struct environment_status {
  named_environment of;
  std::string address;           ///< where it is
  std::optional<error> failure;  ///< why it could not be read, where that is so
  std::optional<deployment_record>
      record;                     ///< of several clusters that of the first; nothing: never deployed
  std::optional<pod_count> pods;  ///< of a cluster
  std::vector<environment_remark> remarks;
  std::vector<branch_status> branches;
  environment_state state;
  std::optional<hand_revert> reverted;

  std::string first;                        ///< the environment that it is compared with; empty: none
  std::optional<commit_distance> distance;  ///< from what is deployed to what is there
  std::optional<artifact_mark> yanked;      ///< of what is deployed
  std::optional<next_release> next;
  std::optional<open_proposal> proposal;  ///< what is deployed when it is merged
};

/// `not reachable`, or `not readable` where its state cannot be trusted.
std::string short_text_of_failure(const error& why);

/// In the order of `all`. One that does not answer takes nothing from the others; clusters are asked at the
/// same time, manifest repositories once for all that lie in them.
std::vector<environment_status> read_status(const session& in,
                                            const delivery& releases,
                                            const std::vector<named_environment>& all,
                                            const moment_words& times);

}  // namespace cicd
