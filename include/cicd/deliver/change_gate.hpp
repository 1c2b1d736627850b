// Asks the gate (gate.hpp) on behalf of one run: gathers the facts of the declaration, of git, of the CI
// system and of the environment, each asked once and only where a rule needs it. It judges nothing itself.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <cicd/deliver/delivery_options.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/health.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/policy/gates_declared.hpp>
#include <cicd/deliver/policy/soak.hpp>
#include <cicd/deliver/sources.hpp>
#include <cicd/deliver/upstream.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

class way_set;
struct deployed_release;

/// What was decided of a deploy, and of what it was known then.
struct deploy_decision {
  deployment_facts to{};                     ///< as far as it is known before it is recorded
  std::optional<deployment_facts> before{};  ///< what is there
  std::optional<gate_refusal> refused{};     ///< nothing: it may be
  announcement announced{};
  std::string approved_by{};  ///< whose approval lets it in; empty: it needs none
};

class change_gate {
 public:
  change_gate(const way_context& in, const way_set& ways);

  /// What the gate can refuse of a step, or of a change that is made by hand, before anything is built, made
  /// or contacted.
  status may_begin(const graph_step& step);
  status may_begin(change what, const declared_pipeline& pipeline, const environment& place);
  /// The gate's leave for a change that is made by hand, given what is there.
  result<permit> may_change(change what,
                            const declared_pipeline& pipeline,
                            const environment& place,
                            gate_state state);
  /// The same of a change that is of no environment.
  result<permit> may_change(change what, const declared_pipeline& pipeline);
  /// The same of a step's own kind of change, where approvals count: `percent` of a canary's share, 0 as
  /// declared.
  result<permit> may_change(change what, const graph_step& step, int percent, gate_state state);

  /// Whether any step of a pipeline with APPROVAL_TO_BUILD may be run: the registry of its artifacts is
  /// asked.
  status may_build(const declared_pipeline& pipeline);

  /// Whether the step waits for an approval: by its declaration, or by that of the base branch of a pull
  /// request.
  bool asks_approval(const graph_step& step) const;
  /// The approval of a preview is given for who passed the CI system's own gate, which it is asked for.
  void approves_preview_by_gate() { is_preview_by_gate_ = true; }
  /// What ends is the preview of this branch.
  void ends_preview_of(std::string branch) { ends_preview_of_ = std::move(branch); }
  /// `main (1a2b3c4): APPROVAL required`, what the base branch says of a preview; empty where none is asked.
  std::string base_words(const graph_step& step) const;

  /// Whether the step may be given its secrets.
  status may_have_secrets(const graph_step& step) const;
  /// Whether a secret of the pipeline may be handed to what is asked on its behalf.
  status may_have_secrets(const declared_pipeline& pipeline, const std::string& subject) const;

  /// What would change something is asked by the remote, too, before it is begun.
  status may_go_on(const graph_step& step);
  /// What is published on the way to a deploy is part of it: where that cannot be, nothing is published
  /// either.
  status may_publish_for_deploys(const declared_pipeline& pipeline);
  result<permit> may_write(const graph_step& step, gate_state state);
  /// The same to write down how it ended: what a deploy waits for is not asked again.
  result<permit> may_finish(const graph_step& step, gate_state state);
  /// Something of what the step deploys is there: what comes after it is asked no more than whether it may be
  /// finished.
  void has_begun(const graph_step& step);
  /// Class of the refusal where the step can only be refused; success where it may go on, and where it waits
  /// for what may still come. `comes_after`: what it comes FROM is deployed by the same run.
  status check_not_refused(const graph_step& step, gate_state state, bool comes_after);
  /// The images that a promotion takes: FROM is judged by them.
  void will_take(const graph_step& step, published_images images);
  /// What was refused of a step last, in a plan, where a refusal does not end it; nothing: nothing was.
  std::optional<error> refused_in_plan(const graph_step& step);
  /// What deploys to the step's environment are asked once it is done: by this declaration, unless a newer
  /// one was deployed.
  std::optional<declared_gates> gates_after(const graph_step& step,
                                            const std::optional<declared_gates>& before);
  /// Writes down, where those environments keep their state, what was seen of their health. Never called
  /// while a decision is under way: that may hold the lock of the same place.
  status write_seen_health();
  /// What was decided last of a step that deploys to an environment; nothing: it was not asked.
  std::optional<deploy_decision> decision_of(const std::string& step);
  /// All that were refused, by step.
  std::map<std::string, deploy_decision> refused_deploys();
  /// What was told of an environment, as its state has it.
  result<announcement> announced_of(const declared_pipeline& pipeline, const environment& place);
  /// Writes that down, of several clusters in each.
  status write_announced(const declared_pipeline& pipeline, const environment& place, const announcement& of);
  /// Who signed all that a step would deploy, as far as it was verified in this run; else empty.
  std::string signer_of(const graph_step& step);
  /// What GATE said in this run; nothing: it was not asked.
  std::optional<program_answer> program_answer_of(const graph_step& step);
  /// `waits`: the rule that waits for what may still come; nothing: it is refused for good.
  void keep_refusal(const graph_step& step, const error& refused, std::optional<gate_rule> waits = {});
  /// Whether that was a refusal and no waiting.
  bool is_refused_in_plan(const graph_step& step);
  /// Whether it waits, by that rule.
  bool is_waiting_in_plan(const graph_step& step, gate_rule rule);
  /// The deploys that this run leads to: nothing is published for one that cannot be.
  void will_deploy(std::vector<const graph_step*> deploys) { deploys_ = std::move(deploys); }
  std::span<const graph_step* const> deploys() const { return deploys_; }

  /// The tag by which what is checked out is deployed to an environment that is ON tag; empty: by none.
  std::string tag_of(const declared_pipeline& pipeline, const environment& place);
  /// Whether a deploy would be let in once `commit` has the tag: by all that can be known before it has, and
  /// before CI runs.
  status may_be_tagged(const declared_pipeline& pipeline,
                       const environment& place,
                       const std::string& tag,
                       const std::string& commit);
  /// The mark that counts for the artifact of a commit, or for the one that has its images: asks their
  /// registry.
  result<std::optional<artifact_mark>> mark_of(const declared_pipeline& pipeline, const std::string& commit);
  struct release_look {
    bool is_by_hand = false;  ///< as a promotion: what is checked out is of no importance
    bool records = false;     ///< what is seen of health is kept for write_seen_health()
  };
  /// What the gate is asked and told of a release, as it is now; of GATE it is told nothing.
  struct release_facts {
    gate_question asked{};
    gate_state state{};
  };
  result<release_facts> facts_of_release(const declared_pipeline& pipeline,
                                         const environment& place,
                                         const std::string& tag,
                                         const std::string& commit,
                                         deployed_release there,
                                         const release_look& look);
  /// The rule that refuses a release, whether that waits and until when. Nothing: it would be let in.
  result<std::optional<gate_refusal>> refusal_of_release(const declared_pipeline& pipeline,
                                                         const environment& place,
                                                         const std::string& tag,
                                                         const std::string& commit,
                                                         deployed_release there);
  /// What a job elsewhere says of a commit; each is asked once.
  result<upstream_build> build_of(const declared_pipeline& pipeline,
                                  const upstream_job& job,
                                  const std::string& commit) {
    return upstream_.build_of(in_, pipeline, job, commit);
  }
  /// What others made of the commit that a step deploys, AWAIT and UPSTREAM, as far as it is there.
  void record_elsewhere(const graph_step& step, deployment_record& to);
  /// The leave for a change of the sources' own repository.
  result<permit> may_change_sources(change what, const declared_pipeline& pipeline);
  /// Which is newer: what the step deploys, or what is there.
  succession succession_of(const graph_step& step, const std::optional<deployment_record>& there);
  /// Class `conflict` where the sources of a step that changes something outside are no longer what they
  /// were.
  status check_unchanged(const graph_step& step);

 private:
  gate_question question_of(change what, const declared_pipeline& pipeline, const environment* place) const;
  gate_question question_of(const graph_step& step) const;
  status check_configured(const declared_pipeline& pipeline, const std::string& subject);
  status check_may_act(const graph_step& step) const;
  status check_saved_plan(const graph_step& step, const std::string& approval) const;
  status add_sources(const declared_pipeline& pipeline, gate_question& to);
  status add_base(const declared_pipeline& pipeline, gate_question& to) const;
  status add_sources(const graph_step& step, gate_question& to);
  result<source_facts> facts_of(const declared_pipeline& pipeline, const gate_question& asked);
  status add_declarations(const declared_pipeline& pipeline, gate_question& to);
  result<remote_place> place_of(const source_facts& source,
                                const std::string& pattern,
                                const gate_question& of);
  status add_remotes(gate_question& to);
  status add_mark(const declared_pipeline& pipeline, const gate_question& of, gate_state& to);
  status add_facts(const graph_step& step, gate_question& of, gate_state& state);
  result<std::vector<deployment_record>> past_of(const graph_step& step);
  status add_tagged(const graph_step& step, const gate_question& of, gate_state& to);
  bool is_on_tag_of_event(const declared_pipeline& pipeline);
  void add_local_branches(gate_question& to);
  result<remote_place> release_place_of(const source_facts& source, const gate_question& of);
  /// Those that a commit was published with; none where it was not.
  result<published_images> images_published(const declared_pipeline& pipeline, const std::string& commit);
  /// What the environments that it comes FROM had.
  status add_from(const declared_pipeline& pipeline,
                  const environment& place,
                  const std::string& commit,
                  const std::optional<published_images>& taken,
                  bool records,
                  gate_state& to);
  /// An artifact that is to come from elsewhere: what a record must have to be it.
  struct wanted_artifact {
    std::string commit;
    published_images images;
    bool soaks = false;        ///< whether it counts since when it is healthy
    bool same_config = false;  ///< whether it counts how it was deployed
    bool records = false;      ///< whether what is seen is written down
  };
  /// What one environment says of it.
  struct place_facts {
    bool was_reached = false, was_healthy = false, is_unrecorded = false;
    std::string says{}, line{}, failed{}, configuration{};
    std::optional<error> unknown{};
    soaked_time soaked{};
  };
  result<earlier_place> earlier_place_of(const environment_choice& choice,
                                         const declared_pipeline& pipeline,
                                         const wanted_artifact& wanted);
  result<place_facts> facts_in(const declared_pipeline& pipeline,
                               const environment& place,
                               const wanted_artifact& wanted);
  status add_seen_health(const declared_pipeline& pipeline,
                         const environment& place,
                         const wanted_artifact& wanted,
                         const std::vector<deployment_record>& past,
                         place_facts& to);
  result<health_answer> health_of_place(const declared_pipeline& pipeline,
                                        const environment& place,
                                        const deployment_record& there);
  /// Health that was seen and is not written down yet.
  struct unwritten_health {
    const declared_pipeline* pipeline;
    const environment* place;
    seen_health seen;
  };
  status write_health(const unwritten_health& what);
  /// Changes the state of each home as `change` does, unless that says that nothing is new.
  status write_state(const declared_pipeline& pipeline,
                     const environment& place,
                     const cancellation* cancelled,
                     const std::function<bool(environment_state&)>& change);
  void keep_decision(const graph_step& step,
                     const gate_question& of,
                     const gate_state& state,
                     const std::optional<gate_refusal>& refused);
  void keep_health(const declared_pipeline& pipeline, const environment& place, const seen_health& seen);
  void add_kept_health(const declared_pipeline& pipeline,
                       const environment& place,
                       std::vector<seen_health>& to);
  struct elsewhere_facts {
    std::vector<awaited_image> awaited{};
    std::optional<upstream_build> upstream{};
  };
  result<std::vector<awaited_image>> awaited_for(const environment& place,
                                                 const std::string& commit,
                                                 const std::string& tag);
  result<elsewhere_facts> elsewhere_of(const declared_pipeline& pipeline,
                                       const environment& place,
                                       const std::string& commit,
                                       const std::string& tag,
                                       bool is_hotfix);
  status add_elsewhere(const declared_pipeline& pipeline,
                       const environment& place,
                       const std::string& commit,
                       const gate_question& of,
                       gate_state& to);
  /// What is known of the signatures of what would run, where nothing before refuses for good.
  status add_signatures(const declared_pipeline& pipeline,
                        const environment& place,
                        const gate_question& of,
                        gate_state& to);
  declared_at declaration_of(const declared_pipeline& pipeline, const environment& place);
  bool is_newer(const declared_pipeline& pipeline, const declared_at& mine, const declared_gates& newest);
  status add_weakened(const declared_pipeline& pipeline, const environment& place, gate_state& to);
  result<permit> decided(const graph_step& step, const gate_question& of, gate_state state);
  std::optional<published_images> taken_by(const graph_step& step);
  status add_waits(const declared_pipeline& pipeline,
                   const environment& place,
                   const std::string& commit,
                   const std::optional<published_images>& taken,
                   const gate_question& of,
                   bool records,
                   gate_state& to);
  status add_waits(const graph_step& step, const gate_question& of, gate_state& to);
  program_answer ask_program(const graph_step& step, const gate_question& of);
  succession succession_of_commit(const declared_pipeline& pipeline,
                                  const std::string& commit,
                                  const deployment_record& there);

  const workspace& where_;
  const way_context& in_;
  const surroundings& around_;
  const clock& time_;
  const delivery_options& options_;
  sources& source_;
  const way_set& ways_;
  ci_event event_;
  std::vector<const graph_step*> deploys_;
  std::mutex mutex_;  ///< never held while a server is asked
  struct plan_refusal {
    error why;
    std::optional<gate_rule> waits{};
  };
  std::map<std::string, plan_refusal> refused_;                 ///< by step, of a plan
  std::map<std::string, published_images> taken_;               ///< by step, of a promotion
  std::map<std::string, std::vector<deployment_record>> past_;  ///< by step, of what follows tags
  std::map<std::string, deploy_decision> decisions_;            ///< by step
  std::set<std::string> begun_;                                 ///< steps
  std::map<std::string, program_answer> programs_;              ///< by step: GATE is asked once
  std::map<std::string, result<health_answer>> health_;         ///< by environment: it is asked once
  std::vector<unwritten_health> unwritten_;
  upstream_jobs upstream_;
  std::map<std::string, elsewhere_facts> elsewhere_;  ///< by environment, commit and tag
  std::map<std::string, verified_image> verified_;    ///< by environment and image: each is verified once
  std::map<std::string, std::string> signers_;        ///< by subject
  bool is_preview_by_gate_ = false;
  std::string ends_preview_of_{};
  bool is_configured_ = false;                         ///< the declaration is that of the files
  std::map<std::string, remote_place> remote_places_;  ///< by folder and pattern
};

/// In a plan a refusal is one of the things to know.
std::string refusal_text(const error& refused);

}  // namespace cicd
