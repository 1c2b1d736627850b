// The loop: starts what is ready, as many at once as there are jobs, and takes what ends. After a failure
// nothing new starts and what runs may end; after an interrupt all is ended. It knows runners by the kind of
// step only. It never waits itself: what may take long (planning an effect, opening the index of runs) is
// done on another thread and counts as running.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include <cicd/plan/plan.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

struct loop_options {
  std::function<unsigned()> jobs;  ///< how many run at once; asked when the first step starts
  std::function<std::map<std::string, std::chrono::milliseconds>()>
      expected;  ///< by step id; asked when the first step starts
  /// Of a step that waits for others most of its time: it is no job, and at most a hundred run beside the
  /// jobs.
  std::function<bool(const graph_step& step)> runs_beside{};
  std::function<status()> before_first;  ///< before the first step starts, on another thread; its error ends
                                         ///< the run
  std::function<void()> tick;            ///< about every 100 ms while something runs
  /// When nothing runs and nothing is left to start, perhaps several times: what the steps shared may end.
  std::function<void(runner::manner how)> at_end{};
  /// Whether a step that a rule refuses ends the run; else what does not come after it goes on.
  bool stops_at_refusal = true;
  const clock& time = system_clock_port();
  std::chrono::milliseconds patience{3'000};  ///< after the second signal: then what has not ended is left
};

/// What came of it.
struct loop_result {
  exit_class outcome = exit_class::done;
  std::optional<error> failure;  ///< the first, where it is more than a failed step
  std::string failed_step;
  std::size_t done = 0, up_to_date = 0, not_run = 0;
  /// A thread still waits for what does not answer, and uses what it was given: the process may only be left
  /// by `_exit`.
  bool left_running = false;
};

class run_loop {
 public:
  using runner_for = std::function<runner&(step_kind)>;
  using task_for = std::function<task(step_index, step_plan)>;
  run_loop(planner& plans,
           event_loop& loop,
           runner_for runners,
           task_for tasks,
           say_event say,
           loop_options options);

  /// Runs to the end. SIGINT, SIGTERM and SIGHUP end it with their class.
  loop_result run();

 private:
  void prepare();
  void pump();
  void make_ready(step_index step);
  std::optional<step_index> next_ready();
  bool runs_beside(step_index step) const;
  struct running_step;
  void begin(step_index step);
  void plan_aside(step_index step, planner::question ask);
  void decided(step_index step, result<step_plan> plan);
  void when_open(step_index step, step_plan plan);
  void opened(status may);
  bool starts_steps() const { return signal_ == 0 && !has_failed_; }
  running_step& under_way(step_index step);
  void start(step_index step, step_plan plan);
  void finish(step_index step, outcome end);
  void drop(step_index step);
  void settle();
  void leave();
  void release(step_index step);
  void interrupted(int signal);
  void stop_all(runner::manner how);
  void keep_ticking();
  std::optional<std::chrono::milliseconds> expected_for(const std::string& step);
  void tell_not_run(step_index step);

  planner& plans_;
  event_loop& loop_;
  runner_for runners_;
  task_for tasks_;
  say_event say_;
  loop_options options_;

  std::vector<unsigned> waiting_for_;               ///< by step: unfinished predecessors
  std::vector<std::vector<step_index>> before_of_;  ///< by step: those that wait for it
  using in_order = std::priority_queue<step_index, std::vector<step_index>, std::greater<>>;
  in_order ready_, ready_beside_,
      ready_alone_;  ///< those that run alone wait until nothing else can run
  struct running_step {
    task work;
    std::chrono::milliseconds since;  ///< by the clock
  };
  std::map<step_index, std::unique_ptr<running_step>> running_;  ///< those that are being planned among them
  enum class gate : std::uint8_t { closed, opening, open };
  gate first_ = gate::closed;                              ///< `before_first`
  std::vector<std::pair<step_index, step_plan>> waiting_;  ///< for it; they count as running
  std::vector<bool> ended_;
  std::shared_ptr<void> signals_, tick_timer_, leave_timer_;
  std::optional<std::map<std::string, std::chrono::milliseconds>> expected_;
  std::optional<unsigned> jobs_;
  int signal_ = 0;
  bool pumping_ = false;
  bool has_failed_ = false;  ///< nothing new starts
  loop_result result_;
  std::optional<error> not_run_;  ///< why the first step that this run may not run was not begun
};

/// How many steps run at once: `wanted` (CICD_JOBS) when it is a number from 1, else as many as there are
/// cores, one for each GiB of memory at most.
unsigned jobs_for(const std::optional<std::string>& wanted, const machine_limits& limits);

}  // namespace cicd
