// The two effects of a pipeline: its images are in their registry, an environment holds the manifests for
// them. Each is planned by comparing what is wanted with what is there, and done so that a second time does
// nothing. Here publishing and the ways of deploying meet what all of them need: the sources' facts, the
// gate, the images of each step. It does not know how any way works, nor how a plan is shown.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <cicd/deliver/built_elsewhere.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/cluster/waves.hpp>
#include <cicd/deliver/delivery_options.hpp>
#include <cicd/deliver/promotion.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/sources.hpp>
#include <cicd/deliver/ways.hpp>
#include <cicd/plan/plan.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// Several steps are planned and done at once, each on a thread of its own: what is known is held for each
/// step, and no lock is held while a server is asked.
class delivery : public effect_planner {
 public:
  delivery(const workspace& where, const surroundings& around, const clock& time, delivery_options options);

  /// What can be said of a step before anything is known of its images.
  status check(const graph_step& step) const;
  result<step_plan> plan(const graph_step& step, const artifacts& images) override;
  /// Class of the refusal where a deploy can only be refused, by what its environment and, of a promotion,
  /// the registry say; success where it may go on or waits. `comes_after`: what it comes FROM is deployed by
  /// the same run.
  status check_not_refused(const graph_step& step, bool comes_after);
  /// What is known of a deploy whose images are not made yet; lines for a person, and never an error.
  std::vector<std::string> foreseen(const graph_step& step);
  /// Does what was planned last for that step; blocks, so it is called on a background thread.
  outcome act(const task& work, const say_line& say);
  /// Where things are after a success: label and text, for the block at the end.
  std::vector<note> where_it_is(const graph_step& step);

  /// The artifact of a `publish` step's clean commit, where nothing need be built for it: steps after it then
  /// take its images. Asks the registry.
  result<std::optional<artifact_record>> published(const graph_step& step);

  /// What a job elsewhere made of a commit that has no artifact stored. Asks the job and the registry.
  result<built_elsewhere> what_was_built(const declared_pipeline& pipeline, const std::string& commit) {
    return built_elsewhere_of(context_, pipeline, commit);
  }

  /// What each change is asked before anything is contacted, and before anything is written.
  change_gate& gate() { return gate_; }
  /// How an environment is reached: where it is, what is there, what was.
  const way& way_of(const environment& place) const { return ways_.of(place); }
  /// What was planned last for a deploy whose plans can be saved; else nothing.
  std::span<const planned_wave> last_plans(const graph_step& step) const;
  /// Of a rehearsal: why deploys could not be planned. None of them hides another's plan.
  errors failures();
  /// What can be approved of it.
  std::vector<approvable> last_approvable(const graph_step& step) const;
  /// The same of an environment without its parts, or of one of them.
  std::vector<approvable> last_own_approvable(const graph_step& step) const;

 private:
  const std::vector<wanted_image>& images_for(const std::string& step);
  /// What is promoted, and the step as the artifact declares it. They are kept as long as this, since a way
  /// keeps what it planned of them.
  struct promoted_step {
    promotion what;
    graph_step step;
  };
  const promoted_step* promoted_of(const std::string& step);
  deploy_request request_for(const graph_step& step);
  result<promotion> promotion_of(const graph_step& step);
  std::optional<step_plan> rehearsed(const graph_step& step);
  result<step_plan> planned(const graph_step& step, const artifacts& images);
  result<step_plan> plan_promotion(const graph_step& step);
  result<step_plan> with_gate(result<step_plan> plan, const graph_step& step);
  step_plan refused_plan(const graph_step& step, const error& refusal);
  step_plan failed_plan(error why);

  const delivery_options options_;
  sources source_;
  const way_context context_;
  way_set ways_;
  change_gate gate_;
  known_artifacts artifacts_;
  publisher publisher_;
  std::mutex mutex_;
  std::map<std::string, std::vector<wanted_image>> images_;  ///< of a step's last plan
  std::map<std::string, promotion> looked_up_;               ///< by step: found before it was planned
  errors failures_;                                          ///< of plans
  std::map<std::string, std::vector<std::unique_ptr<const promoted_step>>> promotions_;  ///< the last counts
};

}  // namespace cicd
