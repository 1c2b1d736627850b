// Child processes. `run_to_end` is for the small programs that we ask ourselves (git, skopeo); `process_port`
// starts a step's command on the event loop, and can end all that it started. Neither knows what a step is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd {

/// What to start. Nothing of the parent's environment is added.
struct command {
  std::vector<std::string> words;        ///< program (a path, or a name for `find_program`) and its arguments
  std::string directory;                 ///< absolute working folder
  std::vector<std::string> environment;  ///< `NAME=value`
};

/// How a process ended.
struct ending {
  enum class how : std::uint8_t { exited, signalled, not_started };
  how kind = how::not_started;
  int number = 0;    ///< exit status or signal number; errno where it was not started
  std::string text;  ///< why it was not started

  bool good() const { return kind == how::exited && number == 0; }
  /// As a shell shows it: the status, or 128 + signal; 127 not found, 126 not executable.
  int shell_status() const;
};
/// What a status tells a person: 126, 127, 128+n with the signal's name and usual cause (137: out of memory
/// or killed; 139: segmentation fault; …); empty for others.
std::string meaning_of(const ending& how);
/// The status, and what it tells: `127, program not found, or a library of it`.
std::string exit_text(const ending& how);

enum class output_stream : std::uint8_t { out, err };

/// The file that `name` stands for: itself when it holds a `/` (relative to `directory`), else the first on
/// `path_variable`.
std::optional<std::string> find_program(std::string_view name,
                                        std::string_view path_variable,
                                        std::string_view directory);
/// How a well-known program is installed here, or how several words are written; empty for others.
std::string install_hint(std::string_view program);

/// Tells running calls to stop; shared between threads, and copies are the same one. A blocked `run_to_end`
/// ends its child when it is set: with TERM, and with KILL when `insist` is called or 2 s have passed.
class cancellation {
 public:
  cancellation();
  void cancel();
  /// Cancels, and no caller waits for an orderly end any longer.
  void insist();
  bool cancelled() const;
  bool insisted() const;
  int descriptor() const;           ///< readable once cancelled
  int insisted_descriptor() const;  ///< readable once insisted

 private:
  std::shared_ptr<struct cancellation_state> state_;
};

/// While it lives, `run_to_end` on this thread hears `of` where its options name nothing to hear: so that
/// nothing that is asked on the way is forgotten.
class cancellation_scope {
 public:
  explicit cancellation_scope(const cancellation& of);
  ~cancellation_scope();
  cancellation_scope(const cancellation_scope&) = delete;
  cancellation_scope& operator=(const cancellation_scope&) = delete;

 private:
  const cancellation* before_;
};

/// What a program that was run to its end printed.
struct captured {
  ending end;
  std::string out, err;  ///< each cut after `limit` bytes
};
struct capture_options {
  std::string input{};                       ///< written to its standard input
  std::chrono::milliseconds limit{600'000};  ///< then TERM, 2 s, KILL; shown as signalled
  std::size_t most_bytes = 64U << 20U;
  const cancellation* cancelled = nullptr;
};
/// Starts, feeds, reads and waits; blocks the calling thread. Its process group is ended with it.
captured run_to_end(const command& what, const capture_options& options = {});

/// The event loop: one thread on which everything that waits is called back. No Boost type shows.
class event_loop {
 public:
  event_loop();
  ~event_loop();
  /// Runs callbacks until nothing is left to wait for.
  void run();
  /// Calls back soon, on the loop's thread; may be called from any thread.
  void post(std::function<void()> callback);
  /// Calls back after `delay` unless the returned handle is destroyed before. Keeps `run` going meanwhile.
  std::shared_ptr<void> after(std::chrono::milliseconds delay, std::function<void()> callback);
  /// Does `work` on one of a few threads, then `then` on the loop's thread: for what this machine does by
  /// itself, since others wait for such a thread meanwhile.
  void in_background(std::function<void()> work, std::function<void()> then);
  /// The same on a thread of its own: for what waits for another, a server or another program. Called
  /// on the loop's thread.
  void on_own_thread(std::function<void()> work, std::function<void()> then);
  /// Lets `run` return at once, whatever there is still to wait for. Threads may go on: the loop cannot be
  /// destroyed before they end. Called on the loop's thread.
  void leave();
  /// Calls back for SIGINT, SIGTERM and SIGHUP, each time, until the handle is destroyed; does not keep `run`
  /// going.
  std::shared_ptr<void> on_signal(std::function<void(int signal)> callback);

  struct implementation;
  implementation& inside() { return *implementation_; }

 private:
  std::unique_ptr<implementation> implementation_;
};

/// One started process and all that came of it.
class child {
 public:
  virtual ~child() = default;
  virtual int id() const = 0;
  /// Sends a signal to the whole tree, also to those that left the process group or session.
  virtual void signal_tree(int signal) = 0;
  /// How many processes of the tree are left.
  virtual std::size_t left() const = 0;
};

/// Sends TERM to its tree, and KILL after the grace unless the returned handle is destroyed before.
std::shared_ptr<void> end_kindly(event_loop& loop,
                                 const std::shared_ptr<child>& of,
                                 std::chrono::milliseconds grace);

struct child_events {
  std::function<void(output_stream, std::string_view bytes)> output;
  /// Once, after the process has ended, both pipes are at their end and whatever it left running has been
  /// ended too.
  std::function<void(const ending&)> ended;
};

/// The port behind which steps are started.
class process_port {
 public:
  virtual ~process_port() = default;
  /// Starts; a failure to start arrives as `ended` with `not_started`. Standard input is /dev/null. Signals
  /// have default dispositions and an empty mask in the child; no descriptor of ours but 0, 1, 2 is open in
  /// it. `CICD_STEP=<unique>` is added to its environment, by which its descendants are found again.
  virtual std::shared_ptr<child> start(const command& what, child_events events) = 0;
};

/// The real one: `posix_spawn`, pidfds and pipes on Asio's reactor, a subreaper for strays.
std::unique_ptr<process_port> system_processes(event_loop& loop);

/// Ends, at once, every process in whose environment `assignment` (`NAME=value`) stands and waits until they
/// are gone: what a driver that was killed left behind. Gives how many there were; those of other users are
/// not seen.
std::size_t end_strays(std::string_view assignment);
/// Whether there is such a process.
bool has_strays(std::string_view assignment);

/// Once, first thing in `main`: ignores SIGPIPE and SIGXFSZ (writing then fails with words), opens 0 to 2 if
/// closed, becomes the subreaper, notices a jobserver with dead descriptors and removes it from the
/// environment. A guard (process_guard.hpp) does its work here and never returns.
void prepare_process();

/// Cores and memory that this process may use: the least of the machine, its affinity and its cgroups (v1 and
/// v2).
struct machine_limits {
  unsigned cores = 1;
  std::uint64_t memory = 0;  ///< bytes
};
machine_limits limits_of_this_machine();

}  // namespace cicd
