// Steps' processes on the event loop: output as it comes, the end of the process, and then the end of all
// that it left. It keeps nothing of the output, and knows nothing of what a step is.
#pragma once

#include <cicd/system/process.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cerrno>
#include <cstring>

#include <cicd/system/clock.hpp>
#include <cicd/system/launch.hpp>
#include <cicd/system/pidfd.hpp>
#include <cicd/system/process_event_loop.ipp>
#include <cicd/system/process_tree.hpp>

namespace cicd {

namespace system_process_children {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;
using system_descriptor::descriptor;
using system_launch::pipe_ends;

constexpr std::size_t chunk = 64U << 10U;

/// What is left when the process itself has ended gets this long to end by itself (a `tee` that still
/// writes), is then asked to, and then made to. After the last one even what cannot be killed is no longer
/// waited for.
constexpr auto leftovers_asked_after = 100ms;
constexpr auto leftovers_killed_after = 1100ms;
constexpr auto leftovers_given_up_after = 10s;
/// A pipe that no process that we can see holds open is closed after this.
constexpr auto silent_pipe_closed_after = 1s;
constexpr auto leftovers_looked_at_every = 20ms;

using loop_descriptor = boost::asio::posix::basic_stream_descriptor<system_process_event_loop::loop_executor>;

/// One of the two pipes that we read.
struct output_pipe {
  output_pipe(boost::asio::io_context& context, output_stream name) : stream(name), end(context) {}
  output_stream stream;
  loop_descriptor end;
};

class running_child final : public child, public std::enable_shared_from_this<running_child> {
 public:
  running_child(event_loop& loop, child_events events)
      : loop_(loop),
        events_(std::move(events)),
        pipes_{output_pipe(loop.inside().context, output_stream::out),
               output_pipe(loop.inside().context, output_stream::err)},
        process_(loop.inside().context) {}
  running_child(const running_child&) = delete;
  running_child& operator=(const running_child&) = delete;
  /// A loop that ends before its children ends them.
  ~running_child() override {
    if (!process_.is_open()) return;
    kill(-id_, SIGKILL);
    wait_status();
  }

  void start(const command& what) {
    kept_.emplace(loop_.inside());
    auto out = system_launch::make_pipe();
    auto err = system_launch::make_pipe();
    if (!out || !err) {
      return fail(
          {ending::how::not_started, errno, "no pipe could be made: " + std::string(strerrordesc_np(errno))});
    }
    tree_.emplace();
    const auto made =
        system_launch::launch(what, {-1, out->write.number(), err->write.number()}, tree_->marked());
    if (made.id < 0) return fail(made.end);
    id_ = made.id;
    tree_->begin(id_);
    descriptor handle = system_pidfd::open_process(id_);
    if (!handle) return fail(unwatchable(errno));
    read_from(pipes_[0], *out);
    read_from(pipes_[1], *err);
    wait_for_end(handle);
  }

  int id() const override { return id_; }
  void signal_tree(int signal) override {
    if (tree_) tree_->signal(signal, open_pipes());
  }
  std::size_t left() const override { return tree_ ? tree_->members(open_pipes()).size() : 0; }

 private:
  /// `ended` never comes from within `start`.
  void fail(ending why) {
    tree_.reset();
    loop_.post([self = shared_from_this(), why = std::move(why)] { self->report(why); });
  }

  /// The process was started, but no descriptor is left to wait for it with.
  ending unwatchable(int problem) {
    kill(-id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    system_launch::forget(id_);
    return {ending::how::not_started, problem,
            "it cannot be waited for: " + std::string(strerrordesc_np(problem))};
  }

  void read_from(output_pipe& from, pipe_ends& pipe) {
    from.end.assign(pipe.read.release());
    from.end.non_blocking(true);
    wait_for_output(from);
  }

  void wait_for_output(output_pipe& from) {
    from.end.async_wait(boost::asio::posix::descriptor_base::wait_read,
                        [self = shared_from_this(), &from](const error_code& problem) {
                          if (problem) return;
                          if (!from.end.is_open()) return;
                          if (self->pass_on(from) != passed::end) return self->wait_for_output(from);
                          from.end.close();
                          self->settle();
                        });
  }

  enum class passed : std::uint8_t { some, none_yet, end };

  /// Passes on what is there, at most one chunk so that the other pipe gets its turn.
  passed pass_on(output_pipe& from) {
    std::vector<char>& buffer = loop_.inside().buffer;
    buffer.resize(chunk);
    const ssize_t count = read(from.end.native_handle(), buffer.data(), chunk);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return passed::end;
    if (count < 0) return passed::none_yet;
    if (events_.output) events_.output(from.stream, {buffer.data(), static_cast<std::size_t>(count)});
    return passed::some;
  }

  /// Most often all that was written is there when the process has ended, and needs no further round of the
  /// loop.
  void take_the_rest(output_pipe& from) {
    constexpr int most_chunks = 16;
    for (int each = 0; from.end.is_open() && each < most_chunks; ++each) {
      switch (pass_on(from)) {
        case passed::some: break;
        case passed::none_yet: return;
        case passed::end: return from.end.close();
      }
    }
  }

  void wait_for_end(descriptor& handle) {
    process_.assign(handle.release());
    process_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                        [self = shared_from_this()](const error_code& problem) {
                          if (!problem) self->main_ended();
                        });
  }

  /// How the process ended, for `ending_from`; it is waited for by this once.
  int wait_status() const {
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
    system_launch::forget(id_);
    return status;
  }

  void main_ended() {
    end_ = system_launch::ending_from(wait_status());
    process_.close();
    tree_->main_ended();
    ended_at_ = system_clock_port().elapsed();
    for (output_pipe& each : pipes_) take_the_rest(each);
    settle();
  }

  std::vector<int> open_pipes() const {
    std::vector<int> open;
    for (output_pipe& each : pipes_) {
      if (each.end.is_open()) open.push_back(each.end.native_handle());
    }
    return open;
  }

  bool pipes_at_end() const { return !pipes_[0].end.is_open() && !pipes_[1].end.is_open(); }

  /// Reports when the process and both pipes are at their end and no process of it is left; else looks again
  /// in a while.
  void settle() {
    if (!end_ || !kept_) return;
    if (!pipes_at_end()) {
      if (timer_ == nullptr) look_again();
    } else if (tree_->may_have_others()) {
      end_leftovers();
    } else {
      report(*end_);
    }
  }

  void look_again() {
    timer_ = loop_.after(leftovers_looked_at_every, [self = shared_from_this()] { self->end_leftovers(); });
  }

  void end_leftovers() {
    const auto since = system_clock_port().elapsed() - ended_at_;
    system_launch::reap_strays();
    const bool left = !tree_->members(open_pipes()).empty();
    if (left && since >= leftovers_killed_after) {
      tree_->signal(SIGKILL, open_pipes());
    } else if (left && since >= leftovers_asked_after && !std::exchange(leftovers_asked_, true)) {
      tree_->signal(SIGTERM, open_pipes());
    }
    const bool given_up = since >= leftovers_given_up_after || (!left && since >= silent_pipe_closed_after);
    if (given_up || (!left && pipes_at_end())) return report(*end_);
    look_again();
  }

  void report(const ending& how) {
    if (!kept_) return;
    const auto self = shared_from_this();
    timer_.reset();
    tree_.reset();
    for (output_pipe& each : pipes_) each.end.close();
    const child_events events = std::move(events_);
    const auto kept = std::move(*kept_);
    kept_.reset();
    if (events.ended) events.ended(how);
  }

  event_loop& loop_;
  child_events events_;
  mutable std::array<output_pipe, 2> pipes_;  // Asio's handles have no const view of themselves
  std::optional<system_process_event_loop::interest> kept_;
  mutable std::optional<system_tree::step_tree> tree_;  // remembers whom it found
  loop_descriptor process_;                             // a pidfd: readable once the process has ended
  int id_ = -1;
  std::optional<ending> end_;
  std::chrono::milliseconds ended_at_;
  bool leftovers_asked_ = false;
  std::shared_ptr<void> timer_;
};

class real_processes final : public process_port {
 public:
  explicit real_processes(event_loop& loop) : loop_(loop) {}

  std::shared_ptr<child> start(const command& what, child_events events) override {
    auto started = std::make_shared<running_child>(loop_, std::move(events));
    started->start(what);
    return started;
  }

 private:
  event_loop& loop_;
};

}  // namespace
}  // namespace system_process_children

std::unique_ptr<process_port> system_processes(event_loop& loop) {
  return std::make_unique<system_process_children::real_processes>(loop);
}

std::shared_ptr<void> end_kindly(event_loop& loop,
                                 const std::shared_ptr<child>& of,
                                 std::chrono::milliseconds grace) {
  of->signal_tree(SIGTERM);
  return loop.after(grace, [weak = std::weak_ptr(of)] {
    if (const auto running = weak.lock()) running->signal_tree(SIGKILL);
  });
}

}  // namespace cicd
