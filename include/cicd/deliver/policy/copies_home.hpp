// Where a way keeps the copies of branches beside an environment, if that is in no cluster, as a port: which
// there are, and their end. It does not know where that is.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/deliver/policy/environment_home.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/records/cluster_state.hpp>

namespace cicd {

/// What the end of a copy did.
struct branch_end {
  std::vector<std::string> removed;  ///< `Deployment orders-api-fix-click-…`
  std::vector<std::string> kept;     ///< and why, a sentence each
};

/// Used by one thread.
class copies_home {
 public:
  copies_home() = default;
  virtual ~copies_home() = default;
  copies_home(const copies_home&) = delete;
  copies_home& operator=(const copies_home&) = delete;

  /// As a person knows it: the repository and the folder.
  virtual std::string name() const = 0;
  /// Those of this environment. Class `corrupt` where one cannot be trusted, `remote` where they cannot be
  /// read.
  virtual result<std::vector<known_place>> all() = 0;
  /// Removes them, at once where that is quicker, and gives what came of each, in their order. Class
  /// `conflict`: one has files of others, which keep it, or was deployed since it was read.
  virtual std::vector<result<branch_end>> end(const permit& allowed,
                                              const std::vector<known_place>& which,
                                              const changed_by& by) = 0;
};

}  // namespace cicd
