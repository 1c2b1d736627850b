// The two effects of a pipeline: its images are in their registry, an environment holds the manifests for
// them. Each is planned by comparing what is wanted with what is there, and done so that a second time does
// nothing. Several steps are planned and done at once, each on a thread of its own: what is known is held for
// each step, and no lock is held while anybody is asked. It does not know how a plan is shown.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/plan/plan.hpp>
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
  std::map<std::string, std::string> saved_plans;  ///< of `deploy --plan`: step and cluster → fingerprint
  int canary_percent = 0;                          ///< of `canary start|set`; 0: what is declared
  bool rehearses = false;                          ///< only a plan is made
  cancellation cancelled{};                        ///< ends what is being planned and done
};

/// Why a deploy is needed, from the records before and after.
std::vector<std::string> deploy_reasons(const std::optional<deployment_record>& before,
                                        const deployment_record& after);

/// One cluster of an environment: where it is and how to get there. Several are waves, one after the other.
struct cluster_wave {
  kubernetes::cluster_target target;
  cluster_place place;
};

class delivery : public effect_planner {
 public:
  delivery(const workspace& where, const surroundings& around, const clock& time, delivery_options options);

  /// What can be said of a step before anything is known of its images.
  static status check(const graph_step& step);
  result<step_plan> plan(const graph_step& step, const artifacts& images) override;

  /// What the gate can refuse of a step, or of a change that is made by hand, before anything is built, made
  /// or contacted.
  status may_begin(const graph_step& step);
  status may_begin(change what, const declared_pipeline& pipeline, const environment& place);
  /// The gate's leave for a change that is made by hand, given what is there.
  result<permit> may_change(change what,
                            const declared_pipeline& pipeline,
                            const environment& place,
                            gate_state state = {});
  /// The same of a step's own kind of change, where approvals count: `percent` of a canary's share, 0 as
  /// declared.
  result<permit> may_change(change what, const graph_step& step, int percent, gate_state state);
  /// The deploys that this run leads to: nothing is published for one that cannot be.
  void will_deploy(std::vector<const graph_step*> deploys) { deploys_ = std::move(deploys); }
  /// Does what was planned last for that step; blocks, so it is called on a background thread.
  outcome act(const task& work, const std::function<void(const std::string&)>& say);

  /// Where things are after a success: label and text, for the block at the end.
  std::vector<note> where_it_is(const graph_step& step) const;

  /// The state and the history of an environment, for `status` and `history`.
  result<manifest_state> state_of(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const cancellation* cancelled) const;
  result<std::vector<deployment_record>> history_of(const declared_pipeline& pipeline,
                                                    const environment& place,
                                                    std::size_t most) const;

  /// The clusters of an environment `VIA kubectl`, in the order of their waves.
  std::vector<cluster_wave> waves_of(const declared_pipeline& pipeline, const environment& place) const;
  /// Opens the door to one; the namespace is filled in where none is declared.
  result<std::unique_ptr<kubernetes::cluster>> open_wave(cluster_wave& wave,
                                                         const cancellation* cancelled) const;
  /// What was planned last for a deploy to clusters, in the order of the waves.
  struct planned_wave {
    wanted_release wanted;
    cluster_plan plan;
    std::chrono::steady_clock::time_point when;
    /// Kept open for the deploy that follows at once, with nothing between; nothing where nothing is to be
    /// done.
    std::unique_ptr<kubernetes::cluster> door;

    bool is_fresh() const;
  };
  const std::vector<planned_wave>& last_plans(const std::string& step) const;
  /// What `images` look like in that environment, given its last record: the facts for rendering, and the
  /// record.
  struct draft {
    kubernetes::release_facts facts;
    deployment_record record;
  };
  /// The draft of what is recorded there already, for what needs no new image: tasks, rollbacks.
  static draft draft_of(const deployment_record& record, const environment& place);
  /// VERIFY, told what is deployed where.
  status run_verify(const std::string& subject,
                    const wanted_release& of,
                    const cancellation& cancelled,
                    const std::function<void(const std::string&)>& say) const;
  /// Reads what CONFIG_FILES, MANIFESTS and PATCH name into the facts.
  static status read_declared_files(const declared_pipeline& pipeline,
                                    const environment& place,
                                    kubernetes::release_facts& facts);

  /// The repository of manifests or the folder that an environment is reached by, as a person names it.
  std::string address_of(const declared_pipeline& pipeline, const environment& place) const;
  bool is_embedded_place(const environment& place) const;

 private:
  struct wanted_image {
    std::string name, repository;
    digest manifest;
  };
  /// What git says of a source folder: the first answer counts for all steps.
  struct source_state {
    const git_state git;
    std::optional<bool> dirty{};  ///< asked when it matters; used under the mutex
    std::optional<std::optional<std::chrono::system_clock::time_point>> committed{};  ///< likewise
  };
  /// What a step's plan found, for its deed. The two follow each other, so nobody else uses it meanwhile.
  struct step_state {
    std::vector<wanted_image> images;
    std::map<std::string, std::string> tags;     ///< by repository: what its image is published under
    std::vector<planned_wave> waves;             ///< of a deploy to clusters
    std::map<std::string, cluster_state> homes;  ///< of a branch's copy, by cluster: its environment's state
  };
  status is_as_at_the_start(const graph_step& step);
  step_state& state_for(const std::string& step);
  const step_state* known_state(const std::string& step) const;

  registry_options registry_setup() const;
  source_state& source_of(const declared_pipeline& pipeline);
  result<bool> is_dirty(const declared_pipeline& pipeline);
  std::optional<std::chrono::system_clock::time_point> commit_date(const declared_pipeline& pipeline);
  /// Who deploys what: the part of the record that git is asked for.
  status sign(const declared_pipeline& pipeline, deployment_record& record);
  result<std::string> tag_for(const declared_pipeline& pipeline, const digest& of);
  result<std::vector<wanted_image>> images_of(const declared_pipeline& pipeline,
                                              const artifacts& images) const;

  result<step_plan> plan_publish(const graph_step& step, const std::vector<wanted_image>& images);
  result<step_plan> plan_deploy(const graph_step& step, const std::vector<wanted_image>& images);
  outcome publish(const graph_step& step, const std::function<void(const std::string&)>& say);
  outcome deploy(const graph_step& step,
                 const cancellation& cancelled,
                 const std::function<void(const std::string&)>& say);

  result<draft> draft_for(const graph_step& step,
                          const std::vector<wanted_image>& images,
                          const std::optional<deployment_record>& before);
  result<wanted_release> wanted_in(const graph_step& step,
                                   const std::vector<wanted_image>& images,
                                   const cluster_wave& wave,
                                   kubernetes::cluster& with);
  status add_branch(const graph_step& step,
                    const cluster_wave& wave,
                    kubernetes::cluster& with,
                    wanted_release& to);
  result<step_plan> plan_clusters(const graph_step& step, const std::vector<wanted_image>& images);
  result<permit> may_apply(const graph_step& step,
                           const cluster_plan& plan,
                           const deployment_record& record,
                           const cancellation& cancelled);
  outcome deploy_clusters(const graph_step& step,
                          const cancellation& cancelled,
                          const std::function<void(const std::string&)>& say);

  std::string cluster_address_of(const declared_pipeline& pipeline, const environment& place) const;
  result<manifest_state> cluster_state_of(const declared_pipeline& pipeline,
                                          const environment& place,
                                          const cancellation* cancelled) const;
  result<std::vector<deployment_record>> cluster_history_of(const declared_pipeline& pipeline,
                                                            const environment& place,
                                                            std::size_t most) const;

  manifest_target target_of(const declared_pipeline& pipeline, const environment& place) const;
  std::string folder_of(const declared_pipeline& pipeline, const environment& place) const;
  result<std::optional<wanted_manifests>> wanted(const graph_step& step,
                                                 const std::vector<wanted_image>& images,
                                                 const manifest_state& now);

  static bool is_settled(const environment& place, const deployment_record& there);
  status verify_manifests(const graph_step& step,
                          const deployment_record& record,
                          const cancellation& cancelled,
                          const std::function<void(const std::string&)>& say);

  gate_question question_of(change what, const declared_pipeline& pipeline, const environment* place) const;
  gate_question question_of(const graph_step& step) const;
  status check_configured(const declared_pipeline& pipeline, const std::string& subject);
  status add_sources(const declared_pipeline& pipeline, gate_question& to);
  status add_declarations(const declared_pipeline& pipeline, gate_question& to);
  result<bool> is_declaration_dirty(const declared_pipeline& pipeline,
                                    const std::string& file,
                                    const git_state& git);
  result<remote_place> place_of(const source_facts& source,
                                const std::string& pattern,
                                const gate_question& of,
                                const cancellation* cancelled);
  status add_remotes(gate_question& to, const cancellation* cancelled);
  succession succession_of(const graph_step& step, const std::optional<deployment_record>& there);
  succession succession_of(const graph_step& step, const cluster_plan& plan);
  gate_state state_in(const graph_step& step, const manifest_state& now);
  static std::string refusal_text(const error& refused);
  status may_go_on(const graph_step& step, const cancellation* cancelled);
  status may_publish_for_deploys(const declared_pipeline& pipeline, const cancellation* cancelled);
  result<permit> may_write(const graph_step& step, gate_state state, const cancellation* cancelled);

  const workspace& where_;
  const surroundings& around_;
  const clock& time_;
  delivery_options options_;
  ci_event event_;
  std::vector<const graph_step*> deploys_;
  mutable std::mutex mutex_;                           ///< of the maps, never held while anybody is asked
  bool is_configured_ = false;                         ///< the declaration is that of the files
  std::map<std::string, source_state> sources_;        ///< by source folder
  std::map<std::string, step_state> steps_;            ///< by step
  std::map<std::string, remote_place> remote_places_;  ///< by folder and pattern
};

}  // namespace cicd
