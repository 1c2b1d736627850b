// How far a Deployment, StatefulSet or Job is, from its own status. Pure. Inside the room kubernetes/ only.
#pragma once

#include <cstdint>
#include <string>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

struct workload_state {
  bool observed =
      false;          ///< the controller has seen this generation; otherwise the numbers are of an older one
  bool done = false;  ///< all as wanted: ready, or complete
  int wanted = 0, updated = 0, ready = 0, available = 0;
  int active = 0, failed = 0;  ///< of a Job
  bool paused = false;
  bool past_deadline = false;  ///< ProgressDeadlineExceeded, or the Job has failed for good
  std::string words;           ///< of the condition that says so
  std::string refusal;         ///< why pods cannot be created (ReplicaFailure)
  bool older_pods = false;     ///< pods of an earlier template are still there
};

workload_state state_of_workload(const json& object);
/// `1/3 updated, 2 ready, 2 available, 4 restarts`
std::string text_of(const workload_state& state, const json& object, int restarts);
/// The first controller among `metadata.ownerReferences`: its uid.
std::string owner_of(const json& object);
/// When its declaration was last changed, by the cluster's clock; empty when unknown.
std::string changed_at(const json& object);

}  // namespace cicd::kubernetes
