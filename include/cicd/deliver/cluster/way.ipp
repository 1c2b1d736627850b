// `VIA kubectl`: manifests are applied to clusters. What would change in each, and doing it wave by wave.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/deliver/branch_copy.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/deliver/cluster/cluster_home.hpp>
#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/cluster/look.hpp>
#include <cicd/deliver/cluster/tasks_before.hpp>
#include <cicd/deliver/cluster/traits.hpp>
#include <cicd/deliver/cluster/unmade_images.hpp>
#include <cicd/deliver/cluster/waves.hpp>
#include <cicd/deliver/image_copies.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/promotion.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/deliver/verify.hpp>
#include <cicd/deliver/ways.hpp>

namespace cicd {

namespace deliver_cluster_way {
namespace {

error moved(const graph_step& step, const cluster_plan& plan) {
  return error{exit_class::policy,
               step.id,
               "what is there, or what is wanted, is no longer what the saved plan was made of",
               plan.cluster,
               {{"try", "make the plan again, look at it, and deploy that one"}}};
}

/// Of several clusters: which one failed, and those that were not begun for it.
error failed_in(error why, const std::vector<cluster_wave>& waves, std::size_t at) {
  if (waves.size() < 2) return why;
  std::vector<std::string> later;
  for (std::size_t each = at + 1; each < waves.size(); ++each) later.push_back(waves[each].target.text());
  why = std::move(why).with("failed in", waves[at].target.text());
  return later.empty() ? why : std::move(why).with("not begun", joined(later, ", "));
}

/// The environment itself, or the branch's copy in it.
deployed told_in(const deploy_request& of,
                 const wanted_release& wanted,
                 const deployment_record& record,
                 const std::string& cluster) {
  deployed told = told_of(of, record, cluster);
  told.at.branch_key = wanted.place.branch_key;
  const auto fact = [&](const char* name) {
    const auto found = wanted.state_facts.find(name);
    return found == wanted.state_facts.end() ? std::string() : found->second;
  };
  told.at.branch = fact(branch_fact::branch);
  told.share = fact(branch_fact::share);
  return told;
}

/// Whether another run deployed between this run's plan and its lock.
bool has_moved(const cluster_plan& now, const cluster_plan& planned) {
  const auto generation = [](const cluster_plan& of) {
    return of.before.record ? of.before.record->generation : 0;
  };
  return now.cluster == planned.cluster && now.place.text() == planned.place.text()
         && generation(now) != generation(planned);
}

/// What an approval of a plan is bound to: the artifact where it takes one, else images and objects.
std::string approval_of(const deploy_request& of, const wanted_release& wanted, const cluster_plan& plan) {
  if (of.promoted == nullptr) return hex(approval_digest(plan, wanted.record));
  return hex(approval_digest(of.promoted->artifact.record, wanted.record.environment, wanted.taken_over()));
}

/// What was approved runs; that its approval is used up is not kept.
error not_used_up(error why) {
  why.kind = exit_class::cannot_save;
  return std::move(why).with("done", "what was approved runs");
}

/// Of a branch's copy the approval lies with its environment.
status use_up_at_home(const permit& allowed,
                      const open_cluster& open,
                      const cluster_place& home,
                      const std::string& approval) {
  const auto with = open();
  if (!with) return with.error();
  return use_up_in(allowed, **with, home, approval);
}

class cluster_way : public way {
 public:
  using way::way;

  std::string address_of(const declared_pipeline& pipeline, const environment& place) const override;
  bool is_embedded(const environment&) const override { return false; }
  result<deployed_release> look(const declared_pipeline& pipeline,
                                const environment& place,
                                const cancellation* cancelled) const override;
  std::vector<result<deployed_release>> look_at_all(std::span<const deploy_place> all,
                                                    const cancellation* cancelled) const override;
  result<std::vector<deployment_record>> history_of(const declared_pipeline& pipeline,
                                                    const environment& place,
                                                    std::size_t most) const override;
  std::vector<open_home> homes_of(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const cancellation* cancelled) const override;
  status check(const graph_step& step) const override;
  result<step_plan> plan(const deploy_request& of) override;
  result<std::vector<std::string>> foresee(const deploy_request& of) override;
  outcome apply(const deploy_request& of, const say_line& say) override;
  std::span<const planned_wave> last_plans(const std::string& step) const override;
  std::vector<approvable> last_approvable(const std::string& step) const override;

 private:
  /// What planning a step found, kept for its deploy, which comes right after.
  struct step_state {
    std::vector<planned_wave> waves;
    std::map<std::string, cluster_state> homes;  ///< of a branch's copy, by cluster: its environment's state
  };
  /// What is told at the end.
  struct applied_waves {
    std::size_t changed = 0;  ///< objects
    std::vector<std::string> lines;
    std::vector<deployed> deployments;
  };
  step_state& state_of(const std::string& step);

  result<wanted_release> wanted_in(const deploy_request& of,
                                   const cluster_wave& wave,
                                   kubernetes::cluster& with);
  result<planned_wave> plan_wave(const deploy_request& of, cluster_wave& wave);
  result<permit> may_apply(const deploy_request& of,
                           const cluster_plan& plan,
                           const deployment_record& record,
                           const std::string& approval);
  succession succession_of(const graph_step& step, const cluster_plan& plan);
  cluster_deploy_options options_for(const deploy_request& of,
                                     const wanted_release& wanted,
                                     const planned_wave* planned,
                                     const say_line& say);
  status apply_wave(const deploy_request& of,
                    cluster_wave& wave,
                    planned_wave& known,
                    const say_line& say,
                    applied_waves& done);

  mutable std::mutex mutex_;                 ///< of the map, never held while a cluster is asked
  std::map<std::string, step_state> steps_;  ///< by step
};

cluster_way::step_state& cluster_way::state_of(const std::string& step) {
  const std::lock_guard hold(mutex_);
  return steps_[step];
}

std::span<const planned_wave> cluster_way::last_plans(const std::string& step) const {
  const std::lock_guard hold(mutex_);
  const auto found = steps_.find(step);
  return found == steps_.end() ? std::span<const planned_wave>() : found->second.waves;
}

std::vector<approvable> cluster_way::last_approvable(const std::string& step) const {
  std::vector<approvable> all;
  for (const planned_wave& each : last_plans(step)) {
    approvable one{each.approval, each.wanted.record.version, lines_of(each.plan), {}};
    cluster_wave wave{each.target, each.home};
    one.prepare = [this, wave, plan = each.plan](const permit& allowed) mutable -> status {
      const auto with = open_wave(wave, in_.around, &in_.options.cancelled);
      if (!with) return with.error();
      return make_planned_namespace(allowed, **with, wave.place, plan);
    };
    all.push_back(std::move(one));
  }
  return all;
}

std::string cluster_way::address_of(const declared_pipeline& pipeline, const environment& place) const {
  std::vector<std::string> names;
  for (const cluster_wave& wave : waves_of(in_.where, pipeline, place)) names.push_back(wave.target.text());
  std::string address = joined(names, ", then ");
  if (place.namespace_name) address += " (" + place.namespace_name.str() + ")";
  return address;
}

/// Of several clusters the first: the others follow it.
result<deployed_release> cluster_way::look(const declared_pipeline& pipeline,
                                           const environment& place,
                                           const cancellation* cancelled) const {
  return seen_in({waves_of(in_.where, pipeline, place).front()}, in_.around, cancelled).front();
}

std::vector<result<deployed_release>> cluster_way::look_at_all(std::span<const deploy_place> all,
                                                               const cancellation* cancelled) const {
  std::vector<cluster_wave> waves;
  for (const deploy_place& each : all)
    waves.push_back(waves_of(in_.where, each.pipeline, each.place).front());
  return seen_in(std::move(waves), in_.around, cancelled);
}

std::vector<open_home> cluster_way::homes_of(const declared_pipeline& pipeline,
                                             const environment& place,
                                             const cancellation* cancelled) const {
  std::vector<open_home> homes;
  for (const cluster_wave& each : waves_of(in_.where, pipeline, place)) {
    const auto wave = std::make_shared<cluster_wave>(each);
    const open_cluster open = [this, wave, cancelled] { return open_wave(*wave, in_.around, cancelled); };
    homes.push_back([open, wave]() -> result<std::unique_ptr<environment_home>> {
      auto with = open();
      if (!with) return std::move(with).error();
      return cluster_home(*std::move(with), wave->place, open);
    });
  }
  return homes;
}

result<std::vector<deployment_record>> cluster_way::history_of(const declared_pipeline& pipeline,
                                                               const environment& place,
                                                               std::size_t most) const {
  cluster_wave wave = waves_of(in_.where, pipeline, place).front();
  auto with = open_wave(wave, in_.around, nullptr);
  if (!with) return std::move(with).error();
  result<std::vector<past_deployment>> past = past_deployments(**with, wave.place);
  if (!past) return std::move(past).error();
  result<cluster_state> now = read_cluster_state(**with, wave.place);
  if (!now) return std::move(now).error();
  std::vector<deployment_record> records;
  // One that failed or has not ended is not kept for a rollback, and yet it is the last.
  if (now->record && now->record->outcome != "deployed") records.push_back(*std::move(now->record));
  for (past_deployment& each : *past)
    if (records.size() < most) records.push_back(std::move(each.record));
  return records;
}

/// A cluster pulls from a registry, never from a layout in the build tree.
status cluster_way::check(const graph_step& step) const {
  for (const image& each : step.pipeline->declared.images)
    if (const std::string repository = repository_of(*step.pipeline, each); cicd::is_embedded(repository))
      return error{
          exit_class::usage,
          step.id,
          "a cluster cannot pull this image: its repository names no registry",
          repository,
          {{"allowed",
            "VIA kubectl needs IMAGE <registry>/<path>, such as registry.example.com/" + repository},
           {"try", "name the registry in add_pipeline(), or deploy VIA render to look at the manifests"}}};
  return {};
}

result<wanted_release> cluster_way::wanted_in(const deploy_request& of,
                                              const cluster_wave& wave,
                                              kubernetes::cluster& with) {
  const graph_step& step = of.step;
  wanted_release wanted;
  wanted.pipeline = step.pipeline;
  wanted.where = step.place();
  wanted.place = wave.place;
  wanted.runs_tasks = wave.is_first;
  wanted.is_of_parts = of.with_others;
  if (step.is_of_branch()) {
    result<cluster_state> home = read_cluster_state(with, wave.place);
    if (!home) return std::move(home).error();
    state_of(step.id).homes[with.name()] = *std::move(home);
    if (status added = make_branch_copy(in_, step, wave, with, wanted); !added)
      return std::move(added).error();
  }
  result<cluster_state> now = read_cluster_state(with, wanted.place);
  if (!now) return std::move(now).error();
  result<release_draft> made = draft_for(in_, of, now->record);
  if (!made) return std::move(made).error();
  wanted.record = std::move(made->record);
  wanted.record.taken_over = in_.options.take_over;
  // What the environment has decides about a branch's copy, too: it may know the history alone.
  wanted.record.source = step.is_of_branch()
                             ? source_identity_of(step.pipeline->repository(), in_.around, true)
                             : source_of(*step.pipeline, now->record, in_.around);
  made->facts.on = wanted.facts.on;
  made->facts.of_branch = std::move(wanted.facts.of_branch);
  made->facts.protected_branch = made->facts.protected_branch && !step.is_of_branch();
  wanted.facts = std::move(made->facts);
  if (status done = in_.source.sign(step, wanted.record); !done) return std::move(done).error();
  wanted.before = *std::move(now);
  return wanted;
}

/// Where a run saw another state before, what came since must be known here, or it cannot be said which is
/// newer.
succession cluster_way::succession_of(const graph_step& step, const cluster_plan& plan) {
  succession newer = in_.gate.succession_of(step, plan.before.record);
  const bool came = std::ranges::any_of(last_plans(step.id),
                                        [&](const planned_wave& each) { return has_moved(plan, each.plan); });
  if (!came || newer.there.commit.empty()) return newer;
  const std::string& own = in_.source.git_of(*step.pipeline).commit.value_or("");
  if (!is_ancestor(step.pipeline->repository(), own, newer.there.commit, in_.around))
    newer.is = succession::order::unknown_meanwhile;
  return newer;
}

/// The saved plan first, then the gate, with what is known in the cluster. A branch's copy is held and
/// approved with its environment, whose state lies elsewhere.
result<permit> cluster_way::may_apply(const deploy_request& of,
                                      const cluster_plan& plan,
                                      const deployment_record& record,
                                      const std::string& approval) {
  const graph_step& step = of.step;
  if (!in_.options.saved_plans.empty()) {
    const auto saved = in_.options.saved_plans.find(step.id + "@" + plan.cluster);
    if (saved == in_.options.saved_plans.end() || saved->second != hex(fingerprint_of(plan)))
      return moved(step, plan);
  }
  const cluster_state& home = step.is_of_branch() ? state_of(step.id).homes[plan.cluster] : plan.before;
  gate_state state;
  state.hold = home.hold;
  state.approvals = home.approvals;
  state.approval_digest = approval;
  state.approves_artifact = of.promoted != nullptr;
  state.version = record.version;
  state.remembered = plan.before.gates;
  state.announced = home.announced;
  state.newer = succession_of(step, plan);
  state.images = images_to_verify(of);
  return in_.gate.may_write(step, std::move(state));
}

result<planned_wave> cluster_way::plan_wave(const deploy_request& of, cluster_wave& wave) {
  auto with = open_wave(wave, in_.around, &in_.options.cancelled);
  if (!with) return std::move(with).error();
  result<wanted_release> wanted = wanted_in(of, wave, **with);
  if (!wanted) return std::move(wanted).error();
  for (const due_task& each : tasks_due(*wanted, wanted->before.tasks))
    wanted->remarks.push_back(
        fmt::format("task '{}' is run before it, in Job {}", each.declared.name.view(), each.job));
  result<cluster_plan> would = plan_release(**with, *wanted);
  if (!would) return std::move(would).error();
  if (of.step.is_of_branch())
    if (status alone = check_labels(**with, *wanted, *would); !alone) return std::move(alone).error();
  std::string approval = approval_of(of, *wanted, *would);
  return planned_wave{*std::move(wanted), *std::move(would),  std::move(approval), wave.target,
                      wave.place,         in_.time.elapsed(), *std::move(with)};
}

result<step_plan> cluster_way::plan(const deploy_request& of) {
  step_plan plan = nothing_to_do();
  std::vector<planned_wave>& waves = state_of(of.step.id).waves;
  waves.clear();
  for (cluster_wave& wave : waves_of(in_.where, of.pipeline(), of.place())) {
    result<planned_wave> planned = plan_wave(of, wave);
    if (!planned) return std::move(planned).error();
    const cluster_plan& would = planned->plan;
    if (would.has_work() || would.unread) {
      if (plan.what == decision::up_to_date)
        plan.reasons = would.tells && !would.changes_objects()
                           ? std::vector<std::string>{planned->wanted.record.tag + " is what runs already"}
                           : deploy_reasons(would.before.record, planned->wanted.record);
      if (plan.what != decision::run) {
        result<std::vector<std::string>> copies = copy_lines(in_, of, planned->wanted.record);
        if (!copies) return std::move(copies).error();
        plan.details = *std::move(copies);
      }
      // Here and not under the Lease: what takes its time is asked once.
      const result<permit> may = may_apply(of, would, planned->wanted.record, planned->approval);
      if (!may && !in_.options.rehearses) return may.error();
      if (!may) plan.reasons.push_back(refusal_text(may.error()));
      plan.what = decision::run;
      plan.result.reset();
      plan.details.push_back(fmt::format("in {}, namespace {}", would.cluster, would.place.namespace_name));
      for (std::string& line : lines_of(would)) plan.details.push_back(std::move(line));
    }
    waves.push_back(*std::move(planned));
  }
  const bool goes_on = plan.what == decision::run && !in_.options.rehearses;
  const status may = goes_on ? in_.gate.may_go_on(of.step) : status();
  if (!may || plan.what != decision::run)
    for (planned_wave& each : waves) each.connection.reset();
  if (!may) return may.error();
  return plan;
}

result<std::vector<std::string>> cluster_way::foresee(const deploy_request& of) {
  std::vector<std::string> lines;
  for (cluster_wave& wave : waves_of(in_.where, of.pipeline(), of.place())) {
    result<planned_wave> planned = plan_wave(of, wave);
    if (!planned) return std::move(planned).error();
    cluster_plan& would = planned->plan;
    for (planned_object& one : would.objects) leave_images_open(one);
    lines.push_back(fmt::format("in {}, namespace {}", would.cluster, would.place.namespace_name));
    for (std::string& line : lines_of(would)) lines.push_back(std::move(line));
  }
  return lines;
}

cluster_deploy_options cluster_way::options_for(const deploy_request& of,
                                                const wanted_release& wanted,
                                                const planned_wave* planned,
                                                const say_line& say) {
  cluster_deploy_options options;
  options.holder = fmt::format("{}, run {}", wanted.record.who, in_.options.run_id);
  options.cancelled = &in_.options.cancelled;
  options.say = say;
  options.rolls_back = of.place().on_failure == failure_rule::none
                           ? !of.step.is_of_branch()
                           : of.place().on_failure == failure_rule::rollback;
  options.planned = planned == nullptr ? nullptr : &planned->plan;
  if (!of.place().verify.empty() && of.step.branch_share() == nullptr)
    options.verify = [this, &of, &wanted, &say]() {
      return run_verify(of.step.id, wanted, in_.around, in_.options.cancelled, in_.options.masked, say);
    };
  return options;
}

status cluster_way::apply_wave(const deploy_request& of,
                               cluster_wave& wave,
                               planned_wave& known,
                               const say_line& say,
                               applied_waves& done) {
  const open_cluster open = [&]() -> result<std::unique_ptr<kubernetes::cluster>> {
    if (known.connection) return std::move(known.connection);
    return open_wave(wave, in_.around, &in_.options.cancelled);
  };
  auto with = open();
  if (!with) return std::move(with).error();
  if (wave.place.namespace_name.empty()) wave.place.namespace_name = (*with)->default_namespace();
  const bool is_fresh = known.is_fresh(in_.time.elapsed());
  result<wanted_release> wanted =
      is_fresh ? result<wanted_release>(known.wanted) : wanted_in(of, wave, **with);
  if (!wanted) return std::move(wanted).error();
  wanted->gates = in_.gate.gates_after(of.step, wanted->before.gates);
  const std::string name = (*with)->name();
  known.connection = *std::move(with);
  cluster_deploy_options options = options_for(of, *wanted, is_fresh ? &known : nullptr, say);
  const deployment_record record = wanted->record;
  std::optional<permit> allowed;
  std::string approval;
  options.may = [&](const cluster_plan& plan) {
    approval = approval_of(of, *wanted, plan);
    result<permit> may = may_apply(of, plan, record, approval);
    if (may) allowed = *may;
    return may;
  };
  options.ready = [&](const permit& may) {
    const status copied = copy_images(may, in_, of, record, say);
    return copied && of.make_ready ? of.make_ready(may) : copied;
  };
  if (!of.step.is_of_branch())
    options.use_up = [&](std::vector<deployment_approval>& all) { cicd::use_up(all, approval); };
  result<cluster_deploy_result> ended = deploy_to_cluster(open, *wanted, options);
  if (!ended) return std::move(ended).error();
  if (ended->record.id == in_.options.run_id)
    done.deployments.push_back(told_in(of, *wanted, ended->record, name));
  if (allowed && of.step.is_of_branch())
    if (status used = use_up_at_home(*allowed, open, wave.place, approval); !used)
      return not_used_up(std::move(used).error());
  done.changed += ended->changed;
  for (std::string& line : ended->lines) done.lines.push_back(std::move(line));
  if (const auto& notes = wanted->state_facts; notes.contains("host") && !notes.at("host").empty())
    done.lines.push_back("https://" + notes.at("host"));
  if (say) say(fmt::format("{}: {} runs", name, record.version));
  if (allowed && !of.step.is_of_branch())
    for (std::string& line : retire_after(*allowed, open, wave.place, of.pipeline(), record.commit,
                                          in_.around, {options.holder, false, &in_.options.cancelled, say}))
      done.lines.push_back(std::move(line));
  return {};
}

outcome cluster_way::apply(const deploy_request& of, const say_line& say) {
  std::vector<cluster_wave> waves = waves_of(in_.where, of.pipeline(), of.place());
  std::vector<planned_wave>& planned = state_of(of.step.id).waves;
  planned.resize(waves.size());
  applied_waves done;
  for (std::size_t at = 0; at < waves.size(); ++at)
    if (status ended = apply_wave(of, waves[at], planned[at], say, done); !ended) {
      outcome failed = failed_outcome(failed_in(std::move(ended).error(), waves, at));
      failed.deployments = std::move(done.deployments);
      return failed;
    }
  for (const std::string& line : done.lines)
    if (say) say(line);
  outcome end;
  end.how = step_outcome::ran;
  end.deployments = std::move(done.deployments);
  end.summary = fmt::format("{} changed{}", counted(done.changed, "object"),
                            done.lines.empty() ? "" : "; " + joined(done.lines, "; "));
  return end;
}

const listed_way listed(cluster_traits, make_way<cluster_way>);

}  // namespace
}  // namespace deliver_cluster_way

}  // namespace cicd
