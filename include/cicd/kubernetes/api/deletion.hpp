// An object that is being deleted: it is there until its finalizers have ended, what is written to it goes
// with it, and only then can one of its name be made. We wait, and never take a finalizer of others away.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <cicd/kubernetes/api/cluster.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/process.hpp>

namespace cicd::kubernetes {

/// Whether it was deleted and is not gone yet.
bool is_being_deleted(const json& object);
/// What it still waits for: `finalizer example.com/keep`, `its pods`; of a namespace what is left in it.
/// Pure.
std::string held_by(const json& object);

struct gone_options {
  std::string subject;  ///< whom errors are about
  std::chrono::milliseconds patience{std::chrono::minutes(2)};
  const cancellation* cancelled = nullptr;
  std::function<void(const std::string& line)> say{};
  const clock& time = system_clock_port();
  /// What cannot be done for it, and what to do once it is gone.
  std::string so = ", so it cannot be made anew", then = "deploy again";
};

/// Waits until an object that is being deleted is gone; at once where there is none, or one that no user
/// deleted. Class `conflict` with what holds it after that patience.
status wait_until_gone(cluster& with, const object_key& of, const gone_options& how);

}  // namespace cicd::kubernetes
