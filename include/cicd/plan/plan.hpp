// The plan: what will happen to each step and why. A pure function over the graph, what was observed and what
// is remembered; it is asked again for a step when the outputs before it have arrived. No process, clock or
// file is touched here: memory and effects are ports.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/plan/key.hpp>

namespace cicd {

enum class decision : std::uint8_t {
  up_to_date,  ///< what it makes is there already
  reuse,       ///< what it makes comes back from the cache
  run,         ///< it will be run
  depends,     ///< decided when the steps before it are done
  not_run,     ///< this run may not run it, or something before it
  unaffected   ///< of what only a change is to be done for: it does not reach it
};
std::string_view word_for(decision what);

/// What is known of a finished step: what later steps build on.
struct step_result {
  digest key;            ///< none for an effect
  digest outputs;        ///< over the files it made; for an effect over what it left there
  std::string artifact;  ///< of an image: its digest as `sha256:…`
  std::map<std::string, std::string> values{};  ///< of OUTPUT_VALUES, by name

  bool operator==(const step_result&) const = default;
};
/// One digest over what it gives: the outputs, and the values where there are any.
digest given_by(const step_result& of);
/// What a step gets of one before it.
upstream_result upstream_of(const graph_step& of,
                            step_index before,
                            const step_graph& in,
                            const step_result& gave);

/// What this build tree and the cache remember. A port.
class memory {
 public:
  virtual ~memory() = default;
  /// The last success of a step in this build tree, and whether its outputs still lie there unchanged.
  struct last_success {
    step_result result;
    bool intact = false;
  };
  virtual std::optional<last_success> last(std::string_view step) const = 0;
  /// The parts of that success's key; empty when unknown.
  virtual key_parts parts(std::string_view step) const = 0;
  /// What the cache has under a key.
  virtual std::optional<step_result> cached(const digest& key) const = 0;
};

struct step_plan {
  step_index step = 0;
  decision what = decision::depends;
  digest key;                         ///< of a pure step, once known
  std::vector<std::string> reasons;   ///< of `run` and `depends`: three at most and a count
  std::vector<std::string> details;   ///< what an effect would change, a line each: `+ Deployment orders-api`
  std::optional<step_result> result;  ///< of `up_to_date` and `reuse`
  std::vector<std::string> affected_by{};  ///< of what only a change is to be done for: why it reaches it
};

/// What an effect would do, given what comes before it. A port: releases know registries and repositories.
class effect_planner {
 public:
  virtual ~effect_planner() = default;
  /// `images` are the artifacts of the image steps before it, by step id. An error is one of policy, conflict
  /// or remote. It may take long, and is asked for several steps at once, from any thread.
  using artifacts = std::vector<std::pair<std::string, std::string>>;
  virtual result<step_plan> plan(const graph_step& step, const artifacts& images) = 0;
};

class change_reach;

/// Decides step by step. Ask in the graph's order; after a step was run, tell its result and ask again for
/// those that depended on it.
class planner {
 public:
  /// `seen` has an entry for each pure step of `wanted`, by index of the graph.
  planner(const step_graph& graph,
          std::vector<step_index> wanted,
          std::vector<observed_step> seen,
          const memory& remembered,
          effect_planner& effects,
          change_reach* reach = nullptr);

  const std::vector<step_index>& wanted() const { return wanted_; }
  const step_graph& graph() const { return graph_; }
  const observed_step& seen(step_index step) const { return seen_[step]; }
  const std::vector<observed_step>& seen() const { return seen_; }

  /// What is to be done with a step now. Records the result of `up_to_date` and `reuse` for those after it.
  result<step_plan> decide(step_index step);
  /// `decide` in two parts for an effect whose images are known, since it may wait for a server: the question
  /// is put on any thread while this object is used, its answer is told to `answered`. Nothing of other
  /// steps, which `decide` decides at once.
  using question = std::function<result<step_plan>()>;
  std::optional<question> question_for(step_index step) const;
  void answered(const step_plan& plan);
  /// Why a change reaches it, as far as results are known; none where nothing is asked of a change.
  std::vector<std::string> reached_by(step_index step) const;
  /// A step is done, with this result.
  void arrived(step_index step, step_result with) { results_[step] = std::move(with); }
  const std::optional<step_result>& result_of(step_index step) const { return results_[step]; }
  /// The results of a step's direct predecessors, in order; only when all are there.
  std::vector<upstream_result> upstream_of(step_index step) const;
  key_parts parts_now(step_index step) const;

 private:
  using artifacts = effect_planner::artifacts;
  std::vector<std::string> missing_before(step_index step) const;
  std::optional<artifacts> images_of(step_index step) const;
  step_plan decide_pure(step_index step);
  std::vector<std::string> reasons_for(step_index step,
                                       const std::optional<memory::last_success>& last) const;

  const step_graph& graph_;
  std::vector<step_index> wanted_;
  std::vector<observed_step> seen_;
  std::vector<std::optional<step_result>> results_;
  const memory& remembered_;
  effect_planner& effects_;
  change_reach* reach_;  ///< only what a change reaches is to be done; null: all
};

/// The whole plan without running anything: in the graph's order.
result<std::vector<step_plan>> whole_plan(planner& plans);

/// `cicd plan --json`, the contract "plan" (docs/contracts/plan.md).
struct planned_change {
  std::string text{};               ///< `affected since 1a2b3c4, …`; empty: no change was asked for
  std::vector<std::string> gone{};  ///< steps that it took away
};
json json_of(const std::vector<step_plan>& plan,
             const step_graph& graph,
             std::string_view target,
             std::string_view event,
             const planned_change& change = {});
/// The same for a person; one line a step, reasons and details below.
std::string text_of(const std::vector<step_plan>& plan, const step_graph& graph);

}  // namespace cicd
