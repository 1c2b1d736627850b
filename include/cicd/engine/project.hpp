// The door of the library: a build tree with its pipelines, opened from what CMake recorded, which can be
// planned and run. Call prepare_process() first thing in `main`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cicd/engine/run.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

/// What would happen and why. A run does not follow it blindly: it looks again, and decides each step when
/// those before it are done.
class project_plan {
 public:
  const std::vector<step_plan>& steps() const { return steps_; }
  const step_graph& graph() const { return of_->graph(); }
  const project_request& request() const { return of_->request(); }
  /// For a person: the targets, then a line for each step, with reasons and details.
  std::string text() const;
  /// The contract "plan" (docs/contracts/plan.md).
  json as_json() const;
  /// What the gate would refuse of the steps that were named; of a plan that is saved no missing approval.
  status may_begin(bool is_saved = false) const {
    status may = of_->may_begin_named(is_saved);
    return may ? may : status(of_->as_told({std::move(may).error()}).front());
  }
  /// Why deploys could not be planned, such as for a file that WRITE names and that is not there; the others
  /// are planned all the same.
  errors failures() const { return of_->as_told(of_->deliveries().failures()); }
  /// The contract "saved plan" (docs/contracts/saved-plan.md). Class `usage` where nothing is deployed.
  result<json> saved() const { return of_->saved_plan(steps_); }
  /// What was planned for each deploy, for an approval.
  delivery& deliveries() const { return of_->deliveries(); }
  const session& of() const { return of_->of(); }

 private:
  friend class project;
  project_plan(std::shared_ptr<project_run> of, std::vector<step_plan> steps, bool is_of_yet_to_come)
      : of_(std::move(of)), steps_(std::move(steps)), is_of_yet_to_come_(is_of_yet_to_come) {}
  std::string event_text() const;

  std::shared_ptr<project_run> of_;
  std::vector<step_plan> steps_;
  bool is_of_yet_to_come_;  ///< the event's tag is not there yet
};

/// The folders of typed pipelines, and where they are declared; a relative path is one of the present folder.
struct project_roots {
  std::string source_root;  ///< what relative paths of the pipelines are relative to
  std::string build_root;   ///< made where it is not there
  /// Folders that hold templates, beside those of CICD_TEMPLATE_PATH.
  std::vector<std::string> template_path{};
  /// The file that declares them, which the gate asks git about, and which errors name; empty: the file that
  /// calls `project::of`. A relative one is below `source_root`.
  std::string declared_in{};
};

class project {
 public:
  /// The build tree that CMake configured.
  static or_errors<project> open(const session_request& request,
                                 surroundings around = surroundings::of_process(),
                                 run_ports ports = {});
  /// Pipelines that a program declares. All that is wrong with them, as CMake would say it, at once.
  static or_errors<project> of(const std::vector<pipeline>& pipelines,
                               const project_roots& roots,
                               surroundings around = surroundings::of_process(),
                               run_ports ports = {},
                               const char* caller = __builtin_FILE());

  const session& tree() const { return *session_; }

  /// What a run of the targets would do; nothing is changed. No targets: what the event sets off, or all
  /// steps.
  or_errors<project_plan> plan(project_request request) const;
  or_errors<project_plan> plan(std::vector<std::string> targets) const {
    return plan(project_request{.targets = std::move(targets)});
  }

  /// Runs the targets, and all before them that is not up to date. Ended by SIGINT, SIGTERM and SIGHUP.
  run_outcome run(const project_request& request, const std::vector<run_listener>& listeners = {}) const;
  run_outcome run(const project_plan& plan, const std::vector<run_listener>& listeners = {}) const {
    return run(plan.request(), listeners);
  }

  /// Whether a target such as `plan-stage` is among them, which shows and does nothing.
  bool only_plans(const std::vector<std::string>& targets) const;

 private:
  static or_errors<project> made_of(or_errors<session> opened, run_ports ports);
  project(std::shared_ptr<const session> of, run_ports ports)
      : session_(std::move(of)), ports_(std::move(ports)) {}

  std::shared_ptr<const session> session_;
  run_ports ports_;
};

}  // namespace cicd
