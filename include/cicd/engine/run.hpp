// One plan or run of a build tree: what takes part is found and looked at, the gate is asked, steps run, and
// the run is recorded. It prints nothing and reads no command line: what happens is told to listeners, what
// stands in its way is a value.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/notify/notifiers.hpp>
#include <cicd/deliver/release/run_history.hpp>
#include <cicd/engine/affected.hpp>
#include <cicd/engine/base_of_request.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/plan/plan.hpp>
#include <cicd/report/scan/merged_sarif.hpp>
#include <cicd/run/build_memory.hpp>
#include <cicd/run/cache.hpp>
#include <cicd/run/event.hpp>
#include <cicd/run/journal.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// What is to be planned or run.
struct project_request {
  std::vector<std::string> targets;  ///< such as `orders.image` or `deploy-stage`, or steps: `orders/lint`
  /// Environments, or `publish`, that take a tree with uncommitted changes.
  std::set<std::string, std::less<>> allow_dirty{};
  /// Of a plan: rehearsed in place of what is checked out. Of a run: that of what is checked out. Without
  /// targets: those that it sets off.
  git_event event{};
  /// Step and cluster → the only fingerprint that is deployed.
  std::map<std::string, std::string> saved_plans{};
  std::map<std::string, std::string> saved_commits{};  ///< likewise a step → the only commit
  int canary_percent = 0;                              ///< of a canary's share; 0: as declared
  /// Managers whose fields a deploy to a cluster takes over this once, beside those of TAKE_OVER.
  std::vector<std::string> take_over{};
  bool ask_gates = false;  ///< of a plan: GATE is run, too
  /// What a person promotes of pipelines, to the environments whose deploys `targets` names.
  hand_promotions by_hand{};
  /// Of an event: what is not refused of a pipeline goes on, although something of it is.
  bool keep_going = false;
  affected_request affected{};  ///< only what a change reaches, and what that needs
  std::string command{};        ///< what a person typed for it, where that is more than its targets
  std::map<std::string, std::string>
      again{};                        ///< a step → the command that runs it again, where it is another
  bool is_of_event = false;           ///< the targets are those that the event sets off; found out by the run
  std::function<status()> may_act{};  ///< asked before each change is begun; empty: it may be
  /// Of a plan: what a job of the event that the surroundings say would do, who asks among it.
  bool rehearses_event = false;
  bool is_foretold = false;    ///< of that: no server is asked what it would change
  bool takes_changes = false;  ///< of what a person approves: what a pull request published counts
};

/// What the machine gives to a run.
struct run_ports {
  /// Starts the commands of steps. git and the like are asked by `run_to_end` all the same.
  std::function<std::unique_ptr<process_port>(event_loop&)> processes = system_processes;
  const clock* time = &system_clock_port();
};

/// Where a person finds what a run speaks of.
struct run_view {
  std::string here;  ///< where the person stands; empty under a build tool
  std::map<std::string, std::string>
      commands{};  ///< a step → what runs it again, where there is such a command
  std::map<std::string, std::string> source_folders{};  ///< a step's folder → its source folder
  std::map<std::string, std::string> links{};  ///< where a step's folder lies → its path in the build tree
  std::map<std::string, std::string> folders{};  ///< a step → its folder
  /// As in `readable_paths`, while the run lasts.
  std::function<std::vector<std::string>(const std::string& step, std::string_view path)> given{};
};

/// Hears of a run; all of it is called on the thread that runs, and none of it changes the outcome. Each may
/// be none.
struct run_listener {
  std::function<void(const run_view&)> begin{};                   ///< once, before the first event
  event_listener hear{};                                          ///< each event
  std::function<void(std::chrono::milliseconds elapsed)> tick{};  ///< about every 100 ms while something runs
  std::function<void(const errors&)> warn{};                      ///< what is wrong and stops nothing
  /// Each secret before a step has it, so that a CI system can be told to mask it.
  std::function<void(const secret_value&)> mask{};
  /// What the scans of the run found, before its last event; not where none was asked for.
  std::function<void(const std::vector<scanned>&)> scans{};
};

/// How a run ended. `kind` is the exit status of the command line.
struct run_outcome {
  exit_class kind = exit_class::done;
  /// What kept it from beginning, all of it, or why it is not recorded. A step's own failure is in its event.
  cicd::errors errors{};
  std::string id{};           ///< of its record, `<build>/.cicd/runs/<id>`; empty where nothing was recorded
  std::string failed_step{};  ///< `orders/test`
  /// Threads that were interrupted twice and still wait for what does not answer, with all that they use;
  /// none otherwise. Letting go of it waits for them: leave the process by `_exit` where that is not wanted.
  std::shared_ptr<void> left_running{};
};

/// All that one plan or run is made of, in the order in which it is built up.
class project_run : public std::enable_shared_from_this<project_run> {
 public:
  enum class purpose : std::uint8_t { plan, run };
  project_run(std::shared_ptr<const session> of, project_request request, purpose why, run_ports ports);

  /// Finds what takes part and looks at what is there; of a run, asks the gate. All that stands in its way.
  errors prepare(const std::function<void(const errors&)>& warn);
  /// The whole plan, in the graph's order. Servers are asked what is there.
  result<std::vector<step_plan>> plan();
  /// What the gate refuses of the steps that were named, so that it can be said below a plan. A plan that is
  /// saved is what an approval is given for, so that a missing approval is no refusal of it.
  status may_begin_named(bool is_saved = false);
  /// The contract "saved plan": what each deploy would do, as it was planned. Class `usage` where there is
  /// none.
  result<json> saved_plan(const std::vector<step_plan>& planned) const;
  run_outcome execute(const std::vector<run_listener>& listeners);
  /// Without the secrets that were fetched, and with the lines of the declarations.
  errors as_told(errors all) const;
  /// Records that the run did not begin.
  run_outcome refused(errors all, const std::vector<run_listener>& listeners);

  const session& of() const { return *session_; }
  const project_request& request() const { return request_; }
  const step_graph& graph() const { return graph_; }
  delivery& deliveries() { return delivery_; }
  /// What is done of a change, for the first line; empty where no change was asked for.
  const planned_change& change() const { return change_; }

 private:
  class execution;
  bool is_recorded() const { return why_ == purpose::run; }
  result<std::vector<step_index>> steps_of_targets() const;
  status check_take_over() const;
  status may_begin();
  status may_begin_event();
  status check_deploy(step_index step, const std::set<step_index>& refused);
  std::set<step_index> not_to_be_run();
  void promote_by_hand();
  change_reach* reach() { return reach_ ? &*reach_ : nullptr; }
  errors keep_affected(const std::vector<observed_step>& seen);
  errors bring_sources();
  void tell_deploys();
  bool comes_after_from(step_index step, const std::set<step_index>& refused) const;
  status unless_interrupted(const std::function<status()>& work);
  std::set<const declared_pipeline*> approved_to_build() const;
  std::string saved_commit_of(const graph_step& step) const;
  status check_saved_commits() const;
  status may_build();
  result<base_branch> base();
  status look_at_base(const std::function<void(const errors&)>& warn);
  bool needs_secrets(step_index step) const;
  void leave_out_what_needs_secrets(std::vector<step_plan>& all);
  bool asks_outside() const;
  std::vector<bool> would_build();
  void leave_out_what_is_published();
  errors damage() const;
  errors repositories_left_out();
  run_started started() const;
  /// What was decided of a deploy that was not told before; nothing where the step is none, or nothing was.
  std::optional<deploy_started> begun_of(const graph_step& step);
  std::optional<deploy_refused> refusal_of(const graph_step& step);
  /// Those who are notified hear the last of it; gives what could not be said.
  errors end_of_notices(exit_class outcome) const;
  event event_now(event_body body) const;
  /// As in `run_view`.
  std::function<std::vector<std::string>(const std::string&, std::string_view)> given() const;

  std::shared_ptr<const session> session_;
  project_request request_;
  purpose why_;
  run_ports ports_;
  step_graph graph_;
  std::string id_;
  std::chrono::milliseconds begun_;
  journal remembered_;
  shared_index index_;
  step_cache cache_;
  cancellation effects_cancelled_;  ///< what is being planned and done
  history_gatherer gathered_;       ///< of what is kept with an artifact
  secret_store secrets_;            ///< of its steps and of its deploys
  delivery delivery_;
  std::unique_ptr<notifiers> notifiers_;  ///< of a run; none of a plan
  std::vector<step_index> wanted_, ends_;
  std::mutex base_mutex_;  ///< held while it is read: it is read once
  std::optional<result<std::shared_ptr<const read_base>>> base_;
  errors left_out_;  ///< refusals of an event's deploys, which the rest of it does not wait for
  std::optional<build_memory> memory_;
  std::optional<change_reach> reach_;
  planned_change change_;
  std::optional<planner> planner_;
};

}  // namespace cicd
