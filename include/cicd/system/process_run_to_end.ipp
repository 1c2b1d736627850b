// Running a small program to its end by poll(2): no event loop, no thread, since a run with nothing to do
// waits for this.
#pragma once

#include <cicd/system/process.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <cicd/system/clock.hpp>
#include <cicd/system/launch.hpp>
#include <cicd/system/pidfd.hpp>
#include <cicd/system/process_tree.hpp>
#include <cicd/system/run_tree_to_end.hpp>

namespace cicd {

struct cancellation_state {
  std::atomic<bool> set{false}, insisted{false};
  system_descriptor::descriptor signal{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  system_descriptor::descriptor insistence{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

cancellation::cancellation() : state_(std::make_shared<cancellation_state>()) {}

void cancellation::cancel() {
  state_->set = true;
  eventfd_write(state_->signal.number(), 1);
}

void cancellation::insist() {
  cancel();
  state_->insisted = true;
  eventfd_write(state_->insistence.number(), 1);
}

bool cancellation::cancelled() const {
  return state_->set;
}

bool cancellation::insisted() const {
  return state_->insisted;
}

int cancellation::descriptor() const {
  return state_->signal.number();
}

int cancellation::insisted_descriptor() const {
  return state_->insistence.number();
}

namespace system_process_run_to_end {
namespace {

thread_local const cancellation* heard_here = nullptr;

using namespace std::chrono_literals;
using system_descriptor::descriptor;
using system_launch::pipe_ends;

constexpr auto grace_after_term = 2s;
/// How long the group may keep our pipes open once the program itself has ended, before TERM's successor.
constexpr auto grace_of_leftovers = 500ms;
/// How long a program that was just written may be open for writing: as long as a start takes.
constexpr int most_tries_of_new_program = 100;
constexpr auto between_tries = 10ms;

/// One program on its way to its end.
class running {
 public:
  /// `tree`: of what the program may start, where that is to end with it.
  explicit running(const capture_options& options, system_tree::step_tree* tree = nullptr)
      : options_(options),
        tree_(tree),
        cancelled_(options.cancelled == nullptr ? heard_here : options.cancelled),
        deadline_(system_clock_port().elapsed() + options.limit) {}

  captured to_end(const command& what) {
    if (!start(what)) return std::move(result_);
    while (!done()) wait_and_serve();
    if (tree_ != nullptr && tree_->may_have_others()) tree_->signal(SIGKILL, {});
    system_launch::reap_strays();
    if (!stopped_because_.empty()) name_the_stop();
    return std::move(result_);
  }

 private:
  /// Whom we ask next when the deadline has passed.
  enum class stage : std::uint8_t { running, asked, made };

  bool start(const command& what) {
    if (cancelled_ != nullptr && cancelled_->cancelled()) return refuse(ECANCELED, "cancelled");
    auto in = options_.input.empty() ? std::optional(pipe_ends{}) : system_launch::make_pipe();
    auto out = system_launch::make_pipe();
    auto err = system_launch::make_pipe();
    if (!in || !out || !err)
      return refuse(errno, "no pipe could be made: " + std::string(strerrordesc_np(errno)));
    const auto made =
        system_launch::launch(what, {in->read.number(), out->write.number(), err->write.number()},
                              tree_ == nullptr ? std::string() : tree_->marked());
    result_.end = made.end;
    if (made.id < 0) return false;
    id_ = made.id;
    if (tree_ != nullptr) tree_->begin(id_);
    handle_ = system_pidfd::open_process(id_);
    if (!handle_) return give_up(errno);
    in_ = std::move(in->write);
    out_ = std::move(out->read);
    err_ = std::move(err->read);
    for (const descriptor* each : {&in_, &out_, &err_}) {
      if (*each) fcntl(each->number(), F_SETFL, O_NONBLOCK);
    }
    return true;
  }

  bool refuse(int number, std::string why) {
    result_.end = {ending::how::not_started, number, std::move(why)};
    return false;
  }

  /// It was started, but no descriptor is left to wait for it with.
  bool give_up(int number) {
    kill(-id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    system_launch::forget(id_);
    return refuse(number, "it cannot be waited for: " + std::string(strerrordesc_np(number)));
  }

  bool done() const { return ended_ && !out_ && !err_; }

  void wait_and_serve() {
    const int cancel = cancelled_ == nullptr               ? -1
                       : stage_ == stage::running          ? cancelled_->descriptor()
                       : stage_ == stage::asked && !ended_ ? cancelled_->insisted_descriptor()
                                                           : -1;
    std::array<pollfd, 5> waiting{pollfd{in_.number(), POLLOUT, 0}, pollfd{out_.number(), POLLIN, 0},
                                  pollfd{err_.number(), POLLIN, 0}, pollfd{handle_.number(), POLLIN, 0},
                                  pollfd{cancel, POLLIN, 0}};
    poll(waiting.data(), waiting.size(), milliseconds_left());
    if (waiting[0].revents != 0) feed();
    if (waiting[1].revents != 0) take(out_, result_.out);
    if (waiting[2].revents != 0) take(err_, result_.err);
    if (waiting[3].revents != 0) reap();
    if (waiting[4].revents != 0 && !ended_) {
      if (stage_ == stage::running) stop("cancelled");
      if (cancelled_->insisted()) deadline_ = system_clock_port().elapsed();
    }
    if (system_clock_port().elapsed() >= deadline_) pass_deadline();
  }

  int milliseconds_left() const {
    const auto left = (deadline_ - system_clock_port().elapsed()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
  }

  void feed() {
    const std::string_view rest = std::string_view(options_.input).substr(fed_);
    const ssize_t count = write(in_.number(), rest.data(), rest.size());
    if (count > 0) fed_ += static_cast<std::size_t>(count);
    const bool closed = count < 0 && errno != EAGAIN && errno != EINTR;
    if (closed || fed_ == options_.input.size()) in_.close();
  }

  void take(descriptor& from, std::string& to) {
    std::array<char, 64U << 10U> buffer;
    const ssize_t count = read(from.number(), buffer.data(), buffer.size());
    if (count > 0) {
      to.append(buffer.data(), std::min(static_cast<std::size_t>(count), options_.most_bytes - to.size()));
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      from.close();
    }
  }

  void reap() {
    int status = 0;
    waitpid(id_, &status, 0);
    system_launch::forget(id_);
    if (tree_ != nullptr) tree_->main_ended();
    result_.end = system_launch::ending_from(status);
    ended_ = true;
    handle_.close();
    in_.close();
    kill(-id_, SIGTERM);
    stage_ = stage::asked;
    deadline_ = system_clock_port().elapsed() + grace_of_leftovers;
  }

  void stop(std::string because) {
    stopped_because_ = std::move(because);
    kill(-id_, SIGTERM);
    stage_ = stage::asked;
    deadline_ = system_clock_port().elapsed() + grace_after_term;
  }

  void pass_deadline() {
    if (stage_ == stage::running) return stop("its time limit has passed");
    kill(-id_, SIGKILL);
    if (ended_ && stage_ == stage::made) {
      out_.close();
      err_.close();
    }
    stage_ = stage::made;
    deadline_ = system_clock_port().elapsed() + grace_of_leftovers;
  }

  /// Also a program that ends orderly on TERM was stopped.
  void name_the_stop() {
    if (result_.end.kind == ending::how::exited) result_.end = {ending::how::signalled, SIGTERM, {}};
    result_.end.text = stopped_because_;
  }

  const capture_options& options_;
  system_tree::step_tree* tree_;
  const cancellation* cancelled_;
  captured result_;
  std::chrono::milliseconds deadline_;
  stage stage_ = stage::running;
  std::string stopped_because_;
  int id_ = -1;
  bool ended_ = false;
  descriptor handle_, in_, out_, err_;
  std::size_t fed_ = 0;
};

}  // namespace
}  // namespace system_process_run_to_end

cancellation_scope::cancellation_scope(const cancellation& of)
    : before_(std::exchange(system_process_run_to_end::heard_here, &of)) {}

cancellation_scope::~cancellation_scope() {
  system_process_run_to_end::heard_here = before_;
}

captured run_to_end(const command& what, const capture_options& options) {
  return system_process_run_to_end::running(options).to_end(what);
}

captured run_tree_to_end(const command& what, const capture_options& options) {
  using namespace system_process_run_to_end;
  for (int tries = 0;; ++tries) {
    system_tree::step_tree tree;
    captured made = running(options, &tree).to_end(what);
    const bool is_being_written = made.end.kind == ending::how::not_started && made.end.number == ETXTBSY;
    if (!is_being_written || tries == most_tries_of_new_program
        || !system_clock_port().wait(between_tries, options.cancelled))
      return made;
  }
}

}  // namespace cicd
