// Waiting for the artifact of a commit that is built elsewhere. It does not know where artifacts are kept.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

struct awaited_artifact {
  std::string subject, commit;                          ///< `orders/prod`, 40 digits
  std::chrono::milliseconds limit{};                    ///< so long at most
  std::function<result<bool>()> is_there;               ///< asks the registry
  std::function<std::vector<std::string>()> under_way;  ///< what is known of runs that may make it
  std::function<void(const std::string& line)> say;
};

/// Success once it is there. Class `conflict` where the time runs out before, with the run under way;
/// `interrupted` where it was cancelled.
status wait_for(const awaited_artifact& what, const clock& time, const cancellation& cancelled);

}  // namespace cicd
