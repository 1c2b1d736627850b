// What is added around a runner, each by one small class: retries, a lock for each step between drivers, and
// reuse of what the cache has.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <cicd/run/cache.hpp>
#include <cicd/run/journal.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/lock_table.hpp>

namespace cicd {

/// Runs a failed step again, as often as it declares RETRIES.
class retrying_runner : public runner {
 public:
  retrying_runner(runner& inner, say_event say) : inner_(inner), say_(std::move(say)) {}
  void start(const task& work, std::function<void(outcome)> done) override {
    attempt(work, work.attempt, {}, std::move(done));
  }
  void stop(manner how) override;

 private:
  void attempt(const task& work,
               int number,
               std::vector<test_case> failed,
               std::function<void(outcome)> done);

  runner& inner_;
  say_event say_;
  bool stopped_ = false;
};

/// Holds a step's lock while it runs; another driver's holder is waited for and named, and its result is
/// taken.
class locking_runner : public runner {
 public:
  locking_runner(runner& inner,
                 event_loop& loop,
                 const workspace& where,
                 journal& remembered,
                 std::string holder,
                 say_event say);
  void start(const task& work, std::function<void(outcome)> done) override;
  void stop(manner how) override;

 private:
  struct waiting;
  void attempt(const std::shared_ptr<waiting>& one);
  void locked(const std::shared_ptr<waiting>& one, std::vector<lock_table::held> locks);
  void end_leftovers(const task& work, std::function<void(outcome)> done);
  result<std::optional<std::vector<lock_table::held>>> take_locks(const task& work, std::string& taken_by);

  runner& inner_;
  event_loop& loop_;
  lock_table steps_, sources_;
  journal& remembered_;
  std::string holder_;
  say_event say_;
  std::set<std::shared_ptr<waiting>> waiting_;
  bool stopped_ = false;
};

/// What a predecessor made, and where it comes to in the step's folder.
struct upstream_files {
  file_query made;
  std::string below{}, by{};  ///< these as in `file_source`
  bool is_foreign = false;
};

/// What `caching_runner` asks of the one who knows all steps.
struct caching_options {
  std::function<std::vector<upstream_files>(const task&)> upstream_outputs;
  std::function<result<file_set>(const task&)> look_at_inputs;  ///< again, after the run
  std::function<std::vector<test_case>(const std::string& folder, const file_set& reports)> read_reports;
  /// Whether what a step made may be kept; none: all may.
  std::function<status(const task&, const cached_step& made)> may_keep = {};
  /// Takes the values that a step left, and their file away; of one that failed, only the file. None: no step
  /// leaves any.
  std::function<result<std::map<std::string, std::string>>(const task&, bool is_good)> take_values = {};
  /// Why a step failed, where the declarations tell: on a background thread. May be none.
  std::function<std::optional<error>(const task&, const outcome&)> explain = {};
  /// What is told of a step with REPORTS whose test cases these are; none: nothing.
  std::function<std::string(const std::vector<test_case>&)> summary_of = {};
  /// Reads what scanners found where the step's program ran, or what it made came back, and may decide that
  /// it ended otherwise; none: nothing is read.
  std::function<void(const task&, outcome&)> judge = {};
  /// Makes a step's own folder and the link to it; none: it is there.
  std::function<status(const task&)> make_folder = {};
  /// Puts what a step is shown of its repository into its folder; none: nothing is shown.
  std::function<status(const task&)> place_history = {};
  /// What is to be said of the place of the folders, once; may be none.
  std::function<std::string()> place_warning = {};
};

/// Fills the step's folder, runs, gathers what it made, remembers and keeps it; or brings it back from the
/// cache.
class caching_runner : public runner {
 public:
  caching_runner(runner& inner,
                 event_loop& loop,
                 workspace where,
                 shared_index& index,
                 step_cache& cache,
                 journal& remembered,
                 caching_options ask,
                 say_event say);
  void start(const task& work, std::function<void(outcome)> done) override;
  void stop(manner how) override;

 private:
  struct progress;
  bool is_done_here(const task& work) const;
  void before(progress& one);
  void run_inner(const std::shared_ptr<progress>& one);
  void after(progress& one);

  bool restored(progress& one);
  void take_tests(progress& one, const file_set& reports);
  void remove_others(const file_query& query, const file_set& wanted);
  status prepared(progress& one);
  status gathered(progress& one);
  void keep(progress& one);
  void share(progress& one);

  runner& inner_;
  event_loop& loop_;
  workspace where_;
  shared_index& index_;
  step_cache& cache_;
  journal& remembered_;
  caching_options ask_;
  say_event say_;
  bool stopped_ = false;
};

/// Does a step's work with one of our own functions, on a thread of its own. To stop is to set `cancelled`,
/// which others may hear too.
class background_runner : public runner {
 public:
  using function = std::function<outcome(
      const task& work, const cancellation& cancelled, const std::function<void(const std::string&)>& say)>;
  background_runner(event_loop& loop, say_event say, function work, cancellation cancelled = {});
  void start(const task& work, std::function<void(outcome)> done) override;
  void stop(manner how) override;

 private:
  event_loop& loop_;
  say_event say_;
  function work_;
  cancellation cancelled_;
};

/// Adds patterns to a question; what matches one after `!` is left out.
void add_patterns(const std::vector<path_pattern>& patterns, file_query& to);
/// The question for what a step makes in its folder: OUTPUTS of a command less those after `!`, the layout of
/// an image. No patterns where it makes nothing.
file_query outputs_in(const std::string& folder, const graph_step& step);
/// The same for its FINDINGS and SARIF; those of a scan are what it makes, too.
file_query findings_in(const std::string& folder, const graph_step& step);
/// The same for its REPORTS.
file_query reports_in(const std::string& folder, const graph_step& step);
/// What it names by KEEP, without a root.
file_query kept_in(const graph_step& step);

}  // namespace cicd
