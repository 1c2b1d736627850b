// Which events of a rollout are worth a watch: those of a few new pods that are not ready, not those of a
// whole namespace. It does not know what events mean. Inside the room kubernetes/ only.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/kubernetes/rollout/rollout_selectors.hpp>
#include <cicd/kubernetes/rollout/rollout_view.hpp>

namespace cicd::kubernetes {

class rollout_events {
 public:
  using moment = std::chrono::milliseconds;
  using opener = std::function<std::shared_ptr<void>(wanted_watch)>;

  rollout_events(const std::vector<json>& objects, opener open);

  /// Opens the watches that are wanted now; gives when to ask again.
  std::optional<moment> follow(const rollout_view& view, moment at);
  /// How many watches are of pods that need none any more.
  std::size_t idle() const { return idle_.size(); }
  /// Closes those; not to be called from within a watch's callback.
  void close_idle();
  /// Whether an event is about one of the objects or of their pods, by its name.
  bool concerns(const json& event) const;

 private:
  void follow_pod(const waiting_pod& pod);
  void follow_namespace(const std::string& name);
  void follow_controllers();

  const std::vector<json>& objects_;
  opener open_;
  std::map<std::string, std::shared_ptr<void>> watches_;  ///< by uid, or by namespace
  std::vector<std::string> idle_;
};

}  // namespace cicd::kubernetes
