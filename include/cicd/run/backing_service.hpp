// One backing service while it runs: started, asked until it is ready, watched, ended with all that came of
// it, its folder removed. On the loop's thread. It does not know which steps need it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/declare/backing.hpp>
#include <cicd/run/process_runner.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/service_log.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>
#include <cicd/system/process_guard.hpp>

namespace cicd {

/// All that one is started with.
struct service_start {
  std::string id;    ///< `orders/postgres`
  std::string step;  ///< whose it is, or of a shared one the first that needed it
  const backing_service* declared = nullptr;
  command what{};   ///< no words: it runs elsewhere
  command ready{};  ///< of READY command
  service_address at{};
  std::string log{};             ///< absolute
  guarded_tree tree{};           ///< its folder, and what is removed beside it
  std::shared_ptr<void> held{};  ///< what it keeps until it is gone: its port, the lock of its folder
};

/// What it is run with; all outlive it.
struct service_ports {
  event_loop& loop;
  process_port& processes;
  say_event say;
  const surroundings* around = nullptr;
  std::function<std::shared_ptr<const secret_finder>()> secrets{};
  std::function<void(const guarded_tree&)> watch{};
  std::function<void(const std::string& folder)> forget{};
  const clock& time = system_clock_port();
};

class running_service : public std::enable_shared_from_this<running_service> {
 public:
  running_service(service_start of, service_ports on);
  const service_start& of() const { return of_; }

  /// Starts it with the first call. `then` is told once, later, that it is ready, or why it will not be.
  void when_ready(std::function<void(const status&)> then);
  /// The listener that is told, once, that it ended by itself after it was ready; until `forget_listener`.
  void when_lost(const void* who, std::function<void(const error&)> then);
  void forget_listener(const void* who);
  /// It was not ready in time, or ended by itself. For any thread.
  bool is_lost() const { return is_lost_; }
  service_log& log() { return log_; }

  /// TERM and KILL after GRACE, or KILL at once; `then` when it is gone with its folder.
  void end(runner::manner how, std::function<void()> then);

 private:
  enum class state : std::uint8_t { waiting, starting, ready, ending, ended };
  void start();
  void ask();
  void answered(const status& answer);
  void ask_program();
  void main_ended(const ending& how);
  void settle(const status& how);
  void clean();
  error because(std::string what) const;
  std::chrono::milliseconds ready_within() const;
  std::chrono::milliseconds time_left() const;

  service_start of_;
  service_ports on_;
  state state_ = state::waiting;
  std::optional<error> failure_;
  std::atomic<bool> is_lost_ = false;
  std::vector<std::function<void(const status&)>> waiting_;
  std::map<const void*, std::function<void(const error&)>> listeners_;
  std::vector<std::function<void()>> ending_;
  std::shared_ptr<child> process_, asking_;
  std::shared_ptr<void> timer_, grace_timer_;
  service_log log_;
  std::string last_answer_;
  std::chrono::milliseconds begun_{}, pause_{};
};

}  // namespace cicd
