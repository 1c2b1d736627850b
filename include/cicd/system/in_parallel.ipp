// The caller works too, and waits for its helpers.
#pragma once

#include <cicd/system/in_parallel.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace cicd {

status in_parallel(unsigned threads, std::size_t count, const std::function<status(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex guard;
  std::optional<error> first;
  const auto take_turns = [&] {
    for (std::size_t i = next++; i < count && !failed; i = next++) {
      auto done = work(i);
      if (done) continue;
      const std::lock_guard hold(guard);
      if (!first) first = std::move(done).error();
      failed = true;
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min<std::size_t>(threads, count); ++i) helpers.emplace_back(take_turns);
    take_turns();
  }
  if (first) return std::move(*first);
  return {};
}

}  // namespace cicd
