// What is known of a rollout, put together from watched objects: how far each is, whether all are ready, and
// which symptoms there are since when. Pure: times are handed in. It does not know how objects arrive, nor
// for how long anyone waits. Inside the room kubernetes/ only.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <cicd/kubernetes/rollout/diagnosis.hpp>
#include <cicd/kubernetes/rollout/workload_state.hpp>

namespace cicd::kubernetes {

/// Something that keeps an object from getting ready.
struct symptom {
  /// Object's uid, cause, container.
  using key = std::tuple<std::string, std::string, std::string>;
  key id;
  finding what;  ///< of one of its pods, with the number of the others
  std::chrono::milliseconds since{0}, last_seen{0};
  bool present = true;    ///< false: just gone, and perhaps soon back
  bool extended = false;  ///< a scale-up was triggered for it: `since` began anew
};

/// A new pod that is not ready, whose events tell why.
struct waiting_pod {
  std::string uid, name, namespace_name, workload;  ///< `workload`: uid
  bool failing = false;                             ///< something is known to be wrong with it
  std::chrono::milliseconds since{0};               ///< first seen
};

class rollout_view {
 public:
  using moment = std::chrono::milliseconds;
  /// After crashes it counts as healed when it has been ready for so long.
  static constexpr moment healing{10'000};

  /// The objects as the apply gave them back.
  explicit rollout_view(const std::vector<json>& objects);

  /// A watch's news about a Deployment, StatefulSet, Job, ReplicaSet, Pod or Event.
  void take(const std::string& type, const json& object, moment at);
  /// ReplicaSets cannot be read: then pods are new when they were made after the object's last change.
  void replica_sets_unreadable() { by_age_ = true; }

  /// All are ready and none that crashed is still healing.
  bool ready(moment at) const;
  /// When `ready` may become true by time alone.
  std::optional<moment> healed_at() const;
  /// A line for each object, in the order in which they were given.
  std::vector<std::string> lines() const;
  /// Those that are present, the oldest first.
  std::vector<symptom> symptoms() const;
  /// Objects that are not ready, as symptoms of cause `progress`, since their last step forward.
  std::vector<symptom> unfinished() const;
  std::vector<waiting_pod> waiting_pods() const;

 private:
  struct known_pod {
    json object;
    std::vector<finding> found;
    moment seen{0};
  };
  struct workload {
    json object;
    std::string uid, changed;
    workload_state state;
    moment moved{0};  ///< last step forward
    bool gone = false;
    std::string newest_set;      ///< uid of its newest ReplicaSet
    std::set<std::string> pods;  ///< uids of all its pods, older ones too
    std::string last_event, last_reason;
  };

  void take_workload(const std::string& type, const json& object, moment at);
  void take_replica_set(const std::string& type, const json& object, moment at);
  void take_pod(const std::string& type, const json& object, moment at);
  void take_event(const json& object, moment at);
  void choose_newest(workload& of);
  void judge(workload& of, moment at);
  void note(const workload& of, const finding& what, moment at);
  void note_refusals(const workload& of, moment at);
  void note_block(const workload& of, moment at);
  void note_end(const workload& of, moment at);
  bool is_new(const workload& of, const json& pod) const;
  workload* workload_of_pod(const json& pod);
  std::vector<pod_event> events_about(const std::string& uid) const;
  std::string title(const workload& of) const;
  int restarts(const workload& of) const;
  const known_pod* worst_pod(const workload& of) const;

  std::vector<workload> workloads_;
  std::map<std::string, json> sets_;
  std::map<std::string, known_pod> pods_;
  std::map<std::string, std::map<std::string, pod_event>>
      events_;  ///< by uid of the object, then of the event
  std::map<symptom::key, symptom> symptoms_;
  bool by_age_ = false;
};

}  // namespace cicd::kubernetes
