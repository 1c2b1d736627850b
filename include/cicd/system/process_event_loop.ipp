// The event loop on asio::io_context. What keeps `run` going is counted here and not by Asio, since a signal
// that is listened for must not.
#pragma once

#include <cicd/system/process.hpp>

#include <signal.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

#include <cicd/system/signals_cancel.hpp>

namespace cicd {

namespace system_process_event_loop {

// Bound to the loop's own executor: Asio's default, any executor, takes long to compile.
using loop_executor = boost::asio::io_context::executor_type;

/// A thread that no signal comes to: those stay with the threads that the program itself made.
inline std::thread quiet_thread(std::function<void()> work) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread made(std::move(work));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return made;
}

/// Threads that each do one thing, used on the loop's thread only. Waits for all of them at its end.
class own_threads {
 public:
  using place = std::list<std::thread>::iterator;
  own_threads() = default;
  own_threads(const own_threads&) = delete;
  own_threads& operator=(const own_threads&) = delete;
  ~own_threads() {
    for (std::thread& each : threads_) each.join();
  }
  /// `work` is told its place, for `forget` when it is at its end.
  void start(const std::function<void(place)>& work) {
    const place at = threads_.emplace(threads_.end());
    *at = quiet_thread([work, at] { work(at); });
  }
  void forget(place at) {
    at->join();
    threads_.erase(at);
  }

 private:
  std::list<std::thread> threads_;
};

/// A few threads, none before there is work.
class background_pool {
 public:
  background_pool() = default;
  background_pool(const background_pool&) = delete;
  background_pool& operator=(const background_pool&) = delete;
  /// Finishes what has begun, drops what has not.
  ~background_pool() {
    {
      const std::lock_guard held(guard_);
      closing_ = true;
    }
    changed_.notify_all();
    for (std::thread& each : threads_) each.join();
  }

  void submit(std::function<void()> work) {
    const std::lock_guard held(guard_);
    waiting_.push_back(std::move(work));
    if (idle_ < waiting_.size() && threads_.size() < most()) start_thread();
    changed_.notify_one();
  }

 private:
  static std::size_t most() { return std::clamp(std::thread::hardware_concurrency(), 2U, 4U); }

  void start_thread() {
    threads_.push_back(quiet_thread([this] { serve(); }));
  }

  void serve() {
    std::unique_lock held(guard_);
    while (true) {
      ++idle_;
      changed_.wait(held, [this] { return closing_ || !waiting_.empty(); });
      --idle_;
      if (closing_) return;
      const std::function<void()> work = std::move(waiting_.front());
      waiting_.pop_front();
      held.unlock();
      work();
      held.lock();
    }
  }

  std::mutex guard_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace system_process_event_loop

struct event_loop::implementation {
  /// How many things there are to wait for. Outlives the handlers that the context destroys.
  std::atomic<std::size_t> pending{0};
  /// What is read from children passes through here; never more at once.
  std::vector<char> buffer;
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> kept_open{context.get_executor()};
  bool left = false;
  system_process_event_loop::background_pool pool;
  system_process_event_loop::own_threads own;
};

namespace system_process_event_loop {
namespace {

using loop_inside = event_loop::implementation;

/// One thing to wait for, as long as it lives.
class interest {
 public:
  explicit interest(loop_inside& loop) : loop_(&loop) { ++loop_->pending; }
  interest(interest&& other) noexcept : loop_(std::exchange(other.loop_, nullptr)) {}
  interest(const interest&) = delete;
  interest& operator=(interest&&) = delete;
  ~interest() {
    if (loop_ != nullptr) --loop_->pending;
  }

 private:
  loop_inside* loop_;
};

struct timer {
  explicit timer(loop_inside& loop) : waiting(loop.context), kept(std::in_place, loop) {}
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    loop_executor>
      waiting;
  std::optional<interest> kept;
};

struct signal_listener : std::enable_shared_from_this<signal_listener> {
  signal_listener(loop_inside& loop, std::function<void(int)> call)
      : signals(loop.context), callback(std::move(call)) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) add_unless_ignored(signal);
  }

  /// Who started us may have chosen that a signal means nothing (nohup, a shell's background job).
  void add_unless_ignored(int signal) {
    struct sigaction present {};
    sigaction(signal, nullptr, &present);
    if (present.sa_handler != SIG_IGN) signals.add(signal);
  }

  void listen() {
    signals.async_wait([weak = weak_from_this()](const boost::system::error_code& problem, int signal) {
      const auto self = weak.lock();
      if (problem || self == nullptr) return;
      self->listen();
      note_signal(signal);
      self->callback(signal);
    });
  }

  boost::asio::basic_signal_set<loop_executor> signals;
  std::function<void(int)> callback;
};

}  // namespace
}  // namespace system_process_event_loop

event_loop::event_loop() : implementation_(std::make_unique<implementation>()) {}

event_loop::~event_loop() = default;

void event_loop::run() {
  while (implementation_->pending > 0 && !implementation_->left) implementation_->context.run_one();
}

void event_loop::leave() {
  implementation_->left = true;
}

void event_loop::post(std::function<void()> callback) {
  boost::asio::post(
      implementation_->context,
      [call = std::move(callback), kept = system_process_event_loop::interest(*implementation_)] { call(); });
}

std::shared_ptr<void> event_loop::after(std::chrono::milliseconds delay, std::function<void()> callback) {
  auto timer = std::make_shared<system_process_event_loop::timer>(*implementation_);
  timer->waiting.expires_after(delay);
  timer->waiting.async_wait([weak = std::weak_ptr(timer), call = std::move(callback)](const auto& problem) {
    const auto self = weak.lock();
    if (problem || self == nullptr) return;
    call();
    self->kept.reset();
  });
  return timer;
}

void event_loop::in_background(std::function<void()> work, std::function<void()> then) {
  auto kept = std::make_shared<system_process_event_loop::interest>(*implementation_);
  implementation_->pool.submit([this, work = std::move(work), then = std::move(then),
                                kept = std::move(kept)]() mutable {
    work();
    boost::asio::post(implementation_->context, [then = std::move(then), kept = std::move(kept)] { then(); });
  });
}

void event_loop::on_own_thread(std::function<void()> work, std::function<void()> then) {
  auto kept = std::make_shared<system_process_event_loop::interest>(*implementation_);
  implementation_->own.start([this, work = std::move(work), then = std::move(then),
                              kept = std::move(kept)](system_process_event_loop::own_threads::place at) {
    work();
    boost::asio::post(implementation_->context, [this, at, then, kept] {
      implementation_->own.forget(at);
      then();
    });
  });
}

std::shared_ptr<void> event_loop::on_signal(std::function<void(int signal)> callback) {
  auto listener =
      std::make_shared<system_process_event_loop::signal_listener>(*implementation_, std::move(callback));
  listener->listen();
  return listener;
}

}  // namespace cicd
