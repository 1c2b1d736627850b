// The lock of a process that goes on and on, over all machines: a Lease that is looked at again and again.
// One look takes it, renews it, or sees that another has it. It does not know what the holder does, nor when
// it looks next.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/deliver/cluster/lease_object.hpp>
#include <cicd/kubernetes/api/single_calls.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

class standing_lease {
 public:
  struct options {
    std::chrono::seconds lasts{30};  ///< a holder of whom no change was seen for so long is dead
    const clock& time = system_clock_port();
  };
  /// `holder` is of this process alone.
  standing_lease(std::unique_ptr<kubernetes::single_calls> by,
                 lease_place at,
                 std::string holder,
                 const options& how);

  /// By one thread. The error is what keeps it from being taken or renewed; that another has it is none.
  /// Class `usage` where there is no such namespace or no cluster is known, `remote` where a right is
  /// missing, with the Role that gives it, or where the cluster does not answer.
  status look();
  /// By any thread. Taken, and renewed within `lasts`, by this machine's clock.
  bool is_held() const;
  /// The other holder whom the last look saw; empty: there was none.
  std::string other() const;
  /// When `look` is to be called again.
  std::chrono::milliseconds pause() const;
  /// By that thread, or when it has ended: free for the next one. Does nothing where it is not held, and what
  /// fails is of no importance: then it expires.
  void give_back();

 private:
  status read();
  bool is_dead(const std::string& version);
  error why_not(const kubernetes::api_failure& failure, const std::string& doing) const;

  const std::unique_ptr<kubernetes::single_calls> by_;
  const lease_place at_;
  const std::string holder_;
  const std::chrono::seconds lasts_;
  const clock& time_;
  json there_{};  ///< as it was seen last; null: it was not, or there is none
  bool is_read_ = false;
  std::string seen_{};                 ///< the version that another's was seen under
  std::chrono::milliseconds since_{};  ///< when, for the first time
  bool failed_ = false;                ///< the last look
  mutable std::mutex mutex_;           ///< of what is below
  std::optional<std::chrono::milliseconds> renewed_{};
  std::string other_{};
};

/// The Role by which `look` may do what it does, and its RoleBinding for `user`, as the API names it.
std::string role_of_lease(const lease_place& at, const std::string& user);

}  // namespace cicd
