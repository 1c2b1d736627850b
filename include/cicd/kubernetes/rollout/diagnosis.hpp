// Why a pod does not get ready, found in the pod's own status and in what the cluster said about it. Pure: no
// clock, no cluster. It does not know which workload a pod belongs to or how long anyone is willing to wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

/// Why pods do not get ready.
struct diagnosis {
  /// `crash-loop`, `image-pull`, `oom`, `unschedulable`, `probe`, `config`, `quota`, `volume`, `denied`,
  /// `paused`, `progress`
  std::string cause;
  std::string object;  ///< `Deployment orders-api`
  std::string pod, container;
  std::string state;             ///< `waiting: CrashLoopBackOff`
  std::string exit;              ///< `exit status 137: out of memory or killed`, or empty
  std::string event;             ///< the last event's words
  std::vector<std::string> log;  ///< the last lines of the container that died
  std::string likely;            ///< the likely cause in one sentence
  std::string help;              ///< what helps, in one sentence or a command
  bool hopeless = false;         ///< it can never succeed: given up at once
  std::string namespace_name{};
  std::string role{};     ///< `container`, `init container`, `sidecar`; empty where no container is meant
  int more_pods = 0;      ///< how many further pods of the object have the same
  bool starting = false;  ///< the program may only be slow: one line is enough until patience ends
};

/// What the cluster said about an object: of a core/v1 Event what we need.
struct pod_event {
  std::string about;  ///< uid of the object
  std::string container, reason, message;
  std::string last;  ///< `2026-11-21T06:52:47Z`, by the cluster's clock
  int count = 1;
  bool warning = false;
};
pod_event event_from(const json& event);
/// `Unhealthy (25 times): Readiness probe failed: …`
std::string text_of(const pod_event& event);

/// Whose log tells more about it.
enum class wanted_log : std::uint8_t { none, newest, died_before };

/// One thing that keeps a pod from being ready.
struct finding {
  diagnosis about;  ///< without object, log and number of pods
  wanted_log log = wanted_log::none;
  std::chrono::milliseconds allowed{0};   ///< its own declaration gives it so long, as a startup probe does
  std::map<std::string, double> asked{};  ///< of what nodes have too little of: how much one pod asks for
};

/// Says so where a pod asks for more than any node has in all: then free room is not what is missing. `nodes`
/// as they are listed.
void add_node_sizes(finding& to, const json& nodes);

/// What keeps this pod from being ready, the gravest first; at most one for each container. Empty where it is
/// ready, or where nothing is known to be wrong (yet).
std::vector<finding> findings_of(const json& pod, const std::vector<pod_event>& events);

/// Why a controller could not create a pod, from the API server's words: `quota`, `denied` or `config`.
finding finding_of_refusal(const std::string& message);

/// Why a pod that is simply not ready is not, as its conditions have it; for `progress`.
diagnosis state_of(const json& pod, const std::vector<pod_event>& events);

bool is_ready(const json& pod);
/// Ended by its node, not by itself: evicted, preempted, refused by the kubelet. Its controller replaces it.
bool is_replaced(const json& pod);

/// Cause, pod, container, state, exit, last event, log, likely cause and what helps, as lines of an error.
std::vector<note> notes_of(const diagnosis& of);
/// The block that a tired person reads; each line ends with a newline. One line where it is only `starting`.
std::string text_of(const diagnosis& of);
/// The same in one line: `CrashLoopBackOff, exit status 3 (container api of orders-api-7d9f-x2x4z and 2 more
/// pods)`.
std::string summary_of(const diagnosis& of);

}  // namespace cicd::kubernetes
