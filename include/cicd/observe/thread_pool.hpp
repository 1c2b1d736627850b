// A few threads for one look. They do numbered pieces of work, side by side where there are enough of them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace cicd::observing {

/// Helpers that are started when they are first worth it and end with the crew.
class crew {
 public:
  crew();
  ~crew();
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  /// Calls `work(0)` … `work(count - 1)`, in any order and from several threads; returns when all are done.
  /// Up to `alone` pieces are done by the caller itself.
  void each(std::size_t count, std::size_t alone, const std::function<void(std::size_t)>& work);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace cicd::observing
