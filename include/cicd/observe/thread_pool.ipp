// The caller works too; a helper sleeps between two calls of `each`.
#pragma once

#include <cicd/observe/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace cicd::observing {

struct crew::state {
  std::mutex guard;
  std::condition_variable begun, done;
  std::uint64_t round = 0;
  std::size_t busy = 0;
  bool over = false;
  const std::function<void(std::size_t)>* work = nullptr;
  std::size_t count = 0;
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> helpers;

  void take_pieces() {
    for (auto i = next.fetch_add(1); i < count; i = next.fetch_add(1)) (*work)(i);
  }

  void help() {
    std::unique_lock lock(guard);
    for (std::uint64_t seen = 0;;) {
      begun.wait(lock, [&] { return over || round != seen; });
      if (over) return;
      seen = round;
      lock.unlock();
      take_pieces();
      lock.lock();
      if (--busy == 0) done.notify_one();
    }
  }

  // With no thread to be had the caller does it all.
  void start_helpers() {
    const auto wanted = std::clamp(std::thread::hardware_concurrency(), 1U, 4U) - 1;
    try {
      while (helpers.size() < wanted) helpers.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
    }
  }
};

crew::crew() : state_(std::make_unique<state>()) {}

crew::~crew() {
  {
    const std::lock_guard lock(state_->guard);
    state_->over = true;
  }
  state_->begun.notify_all();
  for (auto& helper : state_->helpers) helper.join();
}

void crew::each(std::size_t count, std::size_t alone, const std::function<void(std::size_t)>& work) {
  if (count <= alone) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  state_->start_helpers();
  {
    const std::lock_guard lock(state_->guard);
    state_->work = &work;
    state_->count = count;
    state_->next = 0;
    state_->busy = state_->helpers.size();
    ++state_->round;
  }
  state_->begun.notify_all();
  state_->take_pieces();
  std::unique_lock lock(state_->guard);
  state_->done.wait(lock, [this] { return state_->busy == 0; });
}

}  // namespace cicd::observing
