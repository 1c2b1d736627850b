// Depth first and iterative: a chain of 10,000 steps is no reason to run out of stack.
#pragma once

#include <cicd/declare/check/circles.hpp>

#include <algorithm>
#include <cstdint>

namespace cicd::declaring {

namespace declare_check_circles {
namespace {

class circle_finder {
 public:
  circle_finder(const std::vector<std::vector<std::size_t>>& before,
                const std::function<void(std::span<const std::size_t>)>& tell)
      : before_(before), tell_(tell), states_(before.size(), state::unseen), next_(before.size(), 0) {}

  void tell_all() {
    for (std::size_t at = 0; at < states_.size(); ++at)
      if (states_[at] == state::unseen) walk_from(at);
  }

 private:
  enum class state : std::uint8_t { unseen, open, done };

  void walk_from(std::size_t first) {
    enter(first);
    while (!path_.empty()) {
      const std::size_t last = path_.back();
      if (next_[last] == before_[last].size()) {
        states_[last] = state::done;
        path_.pop_back();
        continue;
      }
      const std::size_t next = before_[last][next_[last]++];
      if (states_[next] == state::open)
        tell_(std::span(std::ranges::find(path_, next), path_.end()));
      else if (states_[next] == state::unseen)
        enter(next);
    }
  }

  void enter(std::size_t member) {
    states_[member] = state::open;
    path_.push_back(member);
  }

  const std::vector<std::vector<std::size_t>>& before_;
  const std::function<void(std::span<const std::size_t>)>& tell_;
  std::vector<state> states_;
  std::vector<std::size_t> next_;  ///< of each, which of those before it
  std::vector<std::size_t> path_;
};

}  // namespace
}  // namespace declare_check_circles

void find_circles(const std::vector<std::vector<std::size_t>>& before,
                  const std::function<void(std::span<const std::size_t>)>& tell) {
  declare_check_circles::circle_finder(before, tell).tell_all();
}

}  // namespace cicd::declaring
