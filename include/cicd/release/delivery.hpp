// The two effects of a pipeline: its images are in their registry, an environment holds the manifests for
// them. Each is planned by comparing what is wanted with what is there, and done so that a second time does
// nothing. It does not know how a plan is shown.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/image/registry.hpp>
#include <cicd/kubernetes/objects.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/plan/plan.hpp>
#include <cicd/release/gitops.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// The git event that is rehearsed instead of what is checked out.
struct git_event {
  ref_kind kind = ref_kind::none;
  std::string name;  ///< of the branch or tag
};

struct delivery_options {
  std::string run_id;
  std::set<std::string, std::less<>>
      allow_dirty;  ///< environments, or `publish`, that take a tree with uncommitted changes
  git_event event;
};

class delivery : public effect_planner {
 public:
  delivery(const workspace& where, const surroundings& around, const clock& time, delivery_options options);

  /// What can be said of a step before anything is known of its images.
  static status check(const graph_step& step);
  result<step_plan> plan(const graph_step& step, const artifacts& images) override;
  /// Does what was planned last for that step; blocks, so it is called on a background thread.
  outcome act(const task& work,
              const cancellation& cancelled,
              const std::function<void(const std::string&)>& say);

  /// Where things are after a success: label and text, for the block at the end.
  std::vector<note> where_it_is(const graph_step& step) const;

  /// The state and the history of an environment, for `status` and `history`.
  result<manifest_state> state_of(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const cancellation* cancelled) const;
  result<std::vector<deployment_record>> history_of(const declared_pipeline& pipeline,
                                                    const environment& place,
                                                    std::size_t most) const;

  /// The repository of manifests or the folder that an environment is reached by, as a person names it.
  std::string address_of(const declared_pipeline& pipeline, const environment& place) const;
  bool is_embedded_place(const environment& place) const;

 private:
  struct wanted_image {
    std::string name, repository;
    digest manifest;
  };
  struct source_state {
    git_state git;
    std::optional<bool> dirty;  ///< asked once, when it matters
  };

  registry_options registry_setup() const;
  source_state& source_of(const declared_pipeline& pipeline);
  result<bool> is_dirty(const declared_pipeline& pipeline);
  result<std::string> tag_for(const declared_pipeline& pipeline, const digest& of);
  result<std::vector<wanted_image>> images_of(const declared_pipeline& pipeline,
                                              const artifacts& images) const;

  result<step_plan> plan_publish(const graph_step& step, const std::vector<wanted_image>& images);
  result<step_plan> plan_deploy(const graph_step& step, const std::vector<wanted_image>& images);
  outcome publish(const graph_step& step,
                  const task& work,
                  const cancellation& cancelled,
                  const std::function<void(const std::string&)>& say);
  outcome deploy(const graph_step& step,
                 const cancellation& cancelled,
                 const std::function<void(const std::string&)>& say);

  manifest_target target_of(const declared_pipeline& pipeline, const environment& place) const;
  std::string folder_of(const declared_pipeline& pipeline, const environment& place) const;
  result<std::optional<wanted_manifests>> wanted(const graph_step& step,
                                                 const std::vector<wanted_image>& images,
                                                 const manifest_state& now);
  status may_publish(const declared_pipeline& pipeline, const std::string& repository);
  status may_deploy(const graph_step& step);
  status not_superseded(const graph_step& step, const manifest_state& now);

  const workspace& where_;
  const surroundings& around_;
  const clock& time_;
  delivery_options options_;
  std::mutex mutex_;
  std::map<std::string, source_state> sources_;             ///< by source folder
  std::map<std::string, std::vector<wanted_image>> asked_;  ///< by step, of its last plan
  std::map<std::string, std::string> tags_;  ///< by repository: what its image is published under
};

}  // namespace cicd
