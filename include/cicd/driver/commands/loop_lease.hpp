// Which of several loops acts: the one that holds the lock of a file, or a Lease in Kubernetes. It does not
// know what the loop does.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/deliver/cluster/lease_object.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

struct lease_view {
  bool acts = false;
  std::string other{};             ///< the process that holds the lease; empty: this one does, or it is free
  std::optional<error> failure{};  ///< why it can be neither taken nor renewed
};

class loop_lease {
 public:
  virtual ~loop_lease() = default;  ///< gives it back
  /// Takes it where it can be had. The error ends the loop.
  virtual result<lease_view> take() = 0;
  /// As it is now; by any thread.
  virtual lease_view now() const = 0;

  /// `given` is a file, `kubernetes:<namespace>/<name>`, or empty: then every process acts. Class `usage` for
  /// any other. What renews it is a thread with the signals that the caller has blocked.
  static result<std::unique_ptr<loop_lease>> from(const std::string& given,
                                                  const std::string& who,
                                                  const surroundings& around);
};

/// The place of `kubernetes:<namespace>/<name>`; nothing: it is a file.
result<std::optional<lease_place>> lease_place_in(const std::string& given);

}  // namespace cicd
