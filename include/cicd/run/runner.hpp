// How one step is run: a small interface, the runners behind it, and the decorators that add locking, reuse
// and retries around them. A runner does not know the graph, nor what a step means beyond its task.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/secret_value.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/plan/plan.hpp>
#include <cicd/run/event.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// A variable of one step alone.
struct handed_variable {
  std::string name;
  secret_value value;
};

/// One step that is to be run now.
struct task {
  const graph_step* step = nullptr;
  const observed_step* seen = nullptr;
  step_plan plan;
  std::vector<upstream_result> upstream;
  std::string folder;  ///< absolute: its own, or the source folder where IN_SOURCE
  std::string home;    ///< absolute: git looks for no repository from there on; empty with IN_SOURCE
  std::string source;  ///< absolute: its pipeline's source folder
  std::string log;     ///< absolute path of its log
  key_parts parts;     ///< of its key, to be remembered with a success
  int attempt = 1;
  std::vector<handed_variable> handed{};  ///< its secrets, once they are fetched
  /// Variables that tell its tools of folders, over those of the same name. No part of the key.
  std::vector<std::pair<std::string, std::string>> told{};
  /// What placeholders stand for that are known when the step starts: those of images. No part of the key,
  /// which has the images' digests.
  placeholder_values late{};
};

/// The file in a shard's folder that names its tests.
inline constexpr const char* shard_file = ".shard/tests";

/// By this variable (`CICD_FOLDER=<the task's folder>`) the processes of a step are found when its driver was
/// killed.
inline constexpr const char* folder_variable = "CICD_FOLDER=";

/// How it ended.
struct outcome {
  step_outcome how = step_outcome::failed;
  ending end;
  step_result result;            ///< of a success
  std::string summary;           ///< one line for a person; may be empty
  std::optional<error> failure;  ///< why, where there is more to say than how the process ended
  std::vector<test_case> tests;
  std::vector<deployed> deployments{};  ///< that it made and recorded, also where it failed after them
  std::vector<proposed> proposals{};    ///< that it opened or moved
  bool printed = false;                 ///< there is something in the log
  bool is_kept = true;                  ///< of a success: it is put into the cache
  bool withheld = false;                ///< it made secrets that are not known: nothing that it wrote is told

  bool good() const {
    return how == step_outcome::ran || how == step_outcome::reused || how == step_outcome::up_to_date;
  }
};

/// Outcomes without a process behind them.
outcome interrupted_outcome();
outcome failed_outcome(error why);
/// It was not begun, since this run may not run it; what does not need it goes on.
outcome not_run_outcome(error why);

/// Tells what happens meanwhile; called on the loop's thread only.
using say_event = std::function<void(event_body)>;

class runner {
 public:
  virtual ~runner() = default;
  /// Starts; `done` is called once, later, on the loop's thread. The task outlives it.
  virtual void start(const task& work, std::function<void(outcome)> done) = 0;
  /// Asks all that run to end, first kindly (TERM, cancellation), then, `hard`, at once (KILL).
  enum class manner { kindly, hard };
  virtual void stop(manner how) = 0;
};

}  // namespace cicd
