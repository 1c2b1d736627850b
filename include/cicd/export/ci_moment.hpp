// Which of the jobs an event needs. Pure; it does not know how a CI system tells of the event.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/export/ci_jobs.hpp>

namespace cicd {

/// What happened, as far as it decides which jobs run.
struct ci_moment {
  enum class kind : std::uint8_t { push, tag, pull_request, closed, queue, schedule, by_hand };
  kind what = kind::push;
  std::string name{};  ///< of the branch or tag
  bool is_fork = false;
  bool has_preview = false;  ///< of a push: to a branch that has one, where no pull request is told of
  std::string job{};         ///< by hand: which
  std::optional<std::set<std::string, std::less<>>> affected{};  ///< steps; nothing: all
};

/// The names of single jobs that run then, in their order.
std::vector<std::string> wanted_jobs(const ci_jobs& of, const ci_moment& at);

}  // namespace cicd
