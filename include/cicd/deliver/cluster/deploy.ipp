// A deploy step by step. The intent is written before the first object changes, so that the run that comes
// after a crash knows what was begun; each write of the state fails when another was faster.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/apply.hpp>
#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/cluster/helm_release.hpp>
#include <cicd/deliver/cluster/service_turns.hpp>
#include <cicd/deliver/cluster/smoke_jobs.hpp>
#include <cicd/deliver/cluster/tasks_before.hpp>
#include <cicd/kubernetes/api/deletion.hpp>
#include <cicd/kubernetes/rollout/rollout.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace deliver_cluster_deploy {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;
using what = planned_object::what;

constexpr const char* nothing_put_back = "what was applied until then; nothing was put back";

class deployment {
 public:
  deployment(const open_cluster& open, wanted_release wanted, const cluster_deploy_options& options)
      : open_(open), wanted_(std::move(wanted)), options_(options) {}

  result<cluster_deploy_result> run(const past_deployment* back) {
    if (status begun = begin(back); !begun) return std::move(begun).error();
    if (!plan_.has_work() && back == nullptr) {
      state_.record = plan_.before.record;
      return told();
    }
    const result<permit> allowed = ask();
    if (!allowed) return allowed.error();
    if (status ready = options_.ready ? options_.ready(*allowed) : status(); !ready)
      return std::move(ready).error().with("left", "nothing was applied");
    if (status intent = write_intent(*allowed); !intent)
      return std::move(intent).error().with("left", "nothing was applied");
    status done = back == nullptr ? run_tasks() : status();
    if (!done && !is_touched_) return nothing_done(std::move(done).error());
    if (done) done = carry_out();
    if (done && back == nullptr) done = run_smokes(*with_, wanted_, options_.say);
    if (done && options_.verify) done = verify();
    if (!done) return with_tasks(failed(std::move(done).error()));
    if (status kept = finish(); !kept) return std::move(kept).error();
    return told();
  }

 private:
  cluster_deploy_result told() { return {done_.changed, *state_.record, std::move(done_.lines)}; }

  void say(const std::string& line) const {
    if (options_.say) options_.say(line);
  }

  result<permit> ask() const {
    if (options_.may) return options_.may(plan_);
    return error{exit_class::policy, wanted_.place.text(), "the gate was not asked", {}, {}};
  }

  status open_door() {
    result<std::unique_ptr<kubernetes::cluster>> opened = open_();
    if (!opened) return std::move(opened).error();
    with_ = *std::move(opened);
    return {};
  }

  status lock() {
    result<std::unique_ptr<cluster_lease>> taken = cluster_lease::take(
        *with_, wanted_.place, options_.holder, {.say = options_.say}, options_.cancelled);
    if (!taken) return std::move(taken).error();
    lease_ = *std::move(taken);
    return {};
  }

  /// The lock lives in the namespace, which may have to be made first; for what is refused nothing is made.
  status make_namespace(const past_deployment* back) {
    if (!wanted_.where->create_namespace && wanted_.facts.of_branch.namespace_name.empty()) return {};
    const std::string& name = wanted_.place.namespace_name;
    if (status gone = kubernetes::wait_until_gone(
            *with_, {"Namespace", "", name},
            {wanted_.place.text(), deletion_patience(*wanted_.where), options_.cancelled, options_.say});
        !gone && gone.error().kind != exit_class::remote)
      return gone;
    if (with_->get({"Namespace", "", name})) return {};
    if (status planned = plan(back); !planned) return planned;
    if (const result<permit> allowed = ask(); !allowed) return allowed.error();
    result<std::vector<kubernetes::object>> rendered =
        kubernetes::objects_of(*wanted_.pipeline, wanted_.facts);
    if (!rendered) return std::move(rendered).error();
    for (const kubernetes::object& each : *rendered)
      if (each.kind == "Namespace" && each.name == name)
        if (const api_answer made = with_->apply({each.content}, {}).front(); !made)
          return error_of(*made.failure, wanted_.place.text(), {"Namespace", "", name},
                          "create the namespace");
    return {};
  }

  status begin(const past_deployment* back) {
    if (status opened = open_door(); !opened) return opened;
    if (wanted_.place.namespace_name.empty()) wanted_.place.namespace_name = with_->default_namespace();
    if (status made = make_namespace(back); !made) return made;
    if (status locked = lock(); !locked) return locked;
    if (status planned = plan(back); !planned) return planned;
    done_.lines = plan_.kept;
    state_ = plan_.before;
    wanted_.record.generation = state_.record ? state_.record->generation + 1 : 1;
    return {};
  }

  status plan(const past_deployment* back) {
    result<cluster_state> now = read_cluster_state(*with_, wanted_.place);
    if (!now) return std::move(now).error();
    wanted_.before = *std::move(now);
    if (back == nullptr && is_as_planned()) {
      plan_ = *options_.planned;
      return {};
    }
    result<cluster_plan> made = back == nullptr
                                    ? plan_release(*with_, wanted_)
                                    : plan_objects(*with_, wanted_, back->objects, wanted_.before);
    if (!made) return std::move(made).error();
    plan_ = *std::move(made);
    return {};
  }

  /// Of a first deploy not everything could be asked before its namespace was there.
  bool is_as_planned() const {
    return options_.planned != nullptr && !wanted_.before.resource_version.empty()
           && options_.planned->before.resource_version == wanted_.before.resource_version;
  }

  status write_intent(const permit&) {
    state_.record = wanted_.record;
    state_.record->outcome = "deploying";
    if (!wanted_.state_facts.empty()) state_.facts = wanted_.state_facts;
    if (std::string helm = helm_releases_in(plan_); !helm.empty()) state_.facts[helm_fact] = std::move(helm);
    for (const planned_object& one : plan_.objects)
      if (std::ranges::find(state_.inventory, one.key) == state_.inventory.end())
        state_.inventory.push_back(one.key);
    return write_cluster_state(*with_, wanted_.place, state_);
  }

  apply_setup applying() {
    return {wanted_.place.text(), options_.cancelled, options_.say, [this] { return lease_->still_held(); },
            deletion_patience(*wanted_.where)};
  }

  // --- Tasks before the deploy -------------------------------------------------------------------------

  /// What a Job of a service reads is there before it is.
  status apply_for_tasks() {
    apply_setup setup = applying();
    setup.only = [](const planned_object& one) {
      const std::string& kind = one.key.kind;
      return kind == "Namespace" || kind == "ServiceAccount" || kind == "ConfigMap" || kind == "Secret";
    };
    applied_plan done;
    const status applied = apply_plan(*with_, plan_, setup, done);
    is_touched_ = done.changed > 0 || !applied;
    return applied;
  }

  status run_tasks() {
    const std::vector<due_task> due = tasks_due(wanted_, state_.tasks);
    if (due.empty()) return {};
    if (status applied = apply_for_tasks(); !applied) return applied;
    for (const due_task& each : due) {
      if (status held = lease_->still_held(); !held) return held;
      result<finished_task> ran = run_before(*with_, wanted_, each, {wanted_.place.text(), options_.say});
      if (!ran) return std::move(ran).error();
      // Written at once: a run that is killed from here on has it behind it.
      if (status alone = see_what_came(); !alone) return alone;
      add_finished(state_.tasks, *std::move(ran));
      if (status kept = write_cluster_state(*with_, wanted_.place, state_); !kept) return kept;
      forget_jobs(*with_, wanted_, each);
      ran_.push_back(each.declared.name.str());
      is_touched_ = true;
    }
    return {};
  }

  /// No object changed: what ran before runs on, and its record stays.
  error nothing_done(error why) {
    if (is_interruption(why.kind))
      return std::move(why).with("left", "no object was changed; deploying again goes on from there");
    if (see_what_came()) {
      cluster_state before = state_;
      before.record = plan_.before.record;
      before.inventory = plan_.before.inventory;
      before.facts = plan_.before.facts;
      if (status kept = write_cluster_state(*with_, wanted_.place, before); !kept)
        why = std::move(why).with("and", "the record could not be put back: " + kept.error().what);
    }
    return std::move(why).with("left", "no object was changed: what ran before runs on");
  }

  error with_tasks(error why) const {
    return ran_.empty()
               ? why
               : std::move(why).with("ran", "before it, and is not undone: task " + joined(ran_, ", task "));
  }

  /// Applies what changes, and watches until it runs; services that wait for others in their turn.
  status carry_out() {
    const service_turns turns = turns_of(wanted_);
    for (std::size_t turn = 0; turn <= turns.last(); ++turn) {
      apply_setup setup = applying();
      if (turns.last() > 0) setup.only = [&](const planned_object& one) { return turns.of(one) == turn; };
      if (status applied = apply_plan(*with_, plan_, setup, done_); !applied) return applied;
      if (status runs = watch(); !runs) return runs;
    }
    return turn_requests();
  }

  /// Requests go to the new pods; the old ones go once the network knows of them.
  status turn_requests() {
    if (status applied = apply_last(*with_, plan_, applying(), done_); !applied) return applied;
    return wait_for_routes(*with_, plan_, applying());
  }

  kubernetes::rollout_options rollout_setup() const {
    kubernetes::rollout_options options;
    for (const patience& each : wanted_.where->patience)
      options.patience[each.cause.str()] = std::chrono::milliseconds(each.length.milliseconds());
    options.say = options_.say;
    options.symptom = [this](const kubernetes::diagnosis& found) {
      say(std::string(trimmed(text_of(found))));
    };
    return options;
  }

  status watch() {
    if (done_.workloads.empty()) return {};
    result<kubernetes::rollout_result> rolled = watch_rollout(*with_, done_.workloads, rollout_setup());
    if (!rolled) return std::move(rolled).error();
    done_.lines.insert(done_.lines.end(), rolled->poorer.begin(), rolled->poorer.end());
    if (rolled->ready) return {};
    return error_of(*rolled, wanted_.place.text());
  }

  /// The team's own command runs with the door closed; a deploy that ran meanwhile has the last word.
  status verify() {
    state_.record->outcome = "verifying";
    if (status told = write_cluster_state(*with_, wanted_.place, state_); !told) return told;
    lease_.reset();
    with_.reset();
    const status verified = options_.verify();
    if (status opened = open_door(); !opened) return opened;
    if (status locked = lock(); !locked) return locked;
    if (status alone = see_what_came(); !alone) return alone;
    return verified;
  }

  /// A hold or an approval that came meanwhile is kept; another deploy that came meanwhile has the last word.
  status see_what_came() {
    result<cluster_state> now = read_cluster_state(*with_, wanted_.place);
    if (!now) return std::move(now).error();
    overtaken_ = !now->record || now->record->generation != state_.record->generation;
    if (overtaken_)
      return error{exit_class::conflict,
                   wanted_.place.text(),
                   "another run deployed while this one was under way",
                   now->record ? std::optional(now->record->version) : std::nullopt,
                   {{"left", nothing_put_back},
                    {"try", "look at what is there with `cicd status`, and deploy again"}}};
    state_.hold = std::move(now->hold);
    state_.approvals = std::move(now->approvals);
    state_.health = std::move(now->health);
    state_.announced = std::move(now->announced);
    state_.resource_version = std::move(now->resource_version);
    state_.metadata = std::move(now->metadata);
    return {};
  }

  /// Removes what is declared no longer, and writes down what is there now.
  status finish() {
    if (status held = lease_->still_held(); !held) return fenced_off(std::move(held).error());
    if (status alone = see_what_came(); !alone) return alone;
    state_.inventory = remove_undeclared(*with_, plan_, applying(), done_);
    if (const auto helm = state_.facts.find(helm_fact); helm != state_.facts.end()) {
      result<std::vector<std::string>> detached =
          detach_helm_releases(*with_, helm->second, wanted_.place.text());
      if (!detached) return std::move(detached).error();
      for (const std::string& each : *detached) say(each);
    }
    state_.record->outcome = "deployed";
    state_.facts = wanted_.state_facts;
    if (options_.use_up) options_.use_up(state_.approvals);
    note(true, {});
    if (wanted_.place.branch_key.empty()) state_.gates = wanted_.gates;
    return save();
  }

  /// What the rollout saw, for what comes FROM here.
  void note(bool is_healthy, std::string says) {
    if (wanted_.place.branch_key.empty() && !wanted_.record.commit.empty())
      (void)note_health(state_.health,
                        {wanted_.record.commit, is_healthy, system_clock_port().now(), std::move(says)});
  }

  status save() {
    if (status written = write_cluster_state(*with_, wanted_.place, state_); !written) {
      if (written.error().kind == exit_class::conflict) return written;
      return not_saved(std::move(written).error());
    }
    std::vector<json> objects;
    for (const planned_object& one : plan_.objects)
      if (one.kind != what::remove) objects.push_back(one.wanted);
    if (status kept = keep_deployment(*with_, wanted_.place, {*state_.record, std::move(objects)}); !kept)
      done_.lines.push_back("this deployment was not kept for a rollback: " + kept.error().what);
    return {};
  }

  error not_saved(error why) const {
    return error{exit_class::cannot_save,
                 wanted_.place.text(),
                 "everything was deployed, but its record could not be saved in the cluster",
                 std::nullopt,
                 {{"caused by", why.what},
                  {"try", "deploy again: the same objects are compared, and only the record is written"}}};
  }

  // --- When it failed ------------------------------------------------------------------------------------

  error failed(error first) {
    if (is_interruption(first.kind))
      return std::move(first).with(
          "left",
          "what was applied stays; the environment's record says deploying; deploying "
          "again goes on from there");
    const char* const unsaid =
        "what was applied stays, and nothing was put back; the environment's record may still say "
        "deploying; deploying again goes on from there";
    if (!with_ && !open_door()) return std::move(first).with("left", unsaid);
    if (!lease_) return std::move(first).with("left", unsaid);
    if (status held = lease_->still_held(); !held) {
      error fenced = fenced_off(std::move(held).error());
      return first.kind == exit_class::conflict ? fenced : std::move(fenced).with("before that", first.what);
    }
    if (overtaken_) return first;
    if (status alone = see_what_came(); !alone)
      return std::move(first).with("and", alone.error().what).with("left", unsaid);
    if (!options_.rolls_back)
      return stopped(std::move(first), "what was applied stays, as ON_FAILURE stop says");
    result<std::vector<past_deployment>> past = past_deployments(*with_, wanted_.place);
    if (!past) return stopped(std::move(first), "what was applied stays: " + past.error().what);
    const auto good = std::ranges::find_if(*past, [](const past_deployment& each) {
      return each.record.outcome == "deployed" && !each.objects.empty();
    });
    if (good == past->end())
      return stopped(std::move(first),
                     "what was applied stays: this was the first deploy, there is nothing to return to");
    return roll_back(std::move(first), *good);
  }

  /// The deploy that has the lock now has the last word: nothing is put back, and the record is its own.
  static error fenced_off(error held) { return std::move(held).with("left", nothing_put_back); }

  error stopped(error first, std::string what_is_left) {
    state_.record->outcome = "failed";
    note(false, first.what);
    if (status kept = write_cluster_state(*with_, wanted_.place, state_); !kept)
      first = std::move(first).with("and", "the record could not be saved: " + kept.error().what);
    return std::move(first).with("outcome", "failed: " + what_is_left);
  }

  error roll_back(error first, const past_deployment& to) {
    say(fmt::format("putting back {} of {}", to.record.version, utc_text(to.record.when)));
    if (status back = put_objects_back(to); !back) {
      state_.record->outcome = "failed";
      (void)write_cluster_state(*with_, wanted_.place, state_);
      return std::move(first)
          .with("outcome", fmt::format("failed, and putting {} back failed too", to.record.version))
          .with("second cause", back.error().what + (back.error().value ? ": " + *back.error().value : ""));
    }
    note(false, first.what);
    const std::string wanted_version = state_.record->version;
    const std::int64_t generation = state_.record->generation;
    source_identity source = state_.record->source;
    state_.record = to.record;
    state_.record->source = std::move(source);
    state_.record->generation = generation;
    state_.record->outcome = "rolled-back";
    if (status kept = write_cluster_state(*with_, wanted_.place, state_); !kept)
      first = std::move(first).with("and", "the record could not be saved: " + kept.error().what);
    const std::string not_any_more = to.record.version == wanted_version
                                         ? "as it was deployed at " + utc_text(to.record.when)
                                         : "and " + wanted_version + " does not";
    return std::move(first).with(
        "outcome", fmt::format("rolled back: {} runs again, {}", to.record.version, not_any_more));
  }

  status put_objects_back(const past_deployment& to) {
    result<cluster_plan> plan = plan_objects(*with_, wanted_, to.objects, state_);
    if (!plan) return std::move(plan).error();
    plan_ = *std::move(plan);
    done_.workloads.clear();
    if (status done = apply_plan(*with_, plan_, applying(), done_); !done) return done;
    for (const json& each : done_.workloads)
      if (each["kind"].text() == "StatefulSet") remove_stuck_pods(*with_, each, applying());
    if (status runs = watch(); !runs) return runs;
    if (status turned = turn_requests(); !turned) return turned;
    state_.inventory = remove_undeclared(*with_, plan_, applying(), done_);
    return {};
  }

  const open_cluster& open_;
  wanted_release wanted_;
  const cluster_deploy_options& options_;
  std::unique_ptr<kubernetes::cluster> with_;
  std::unique_ptr<cluster_lease> lease_;  // after the door: given back before it closes
  cluster_plan plan_;
  cluster_state state_;
  applied_plan done_;
  bool overtaken_ = false;        ///< another deploy came in between
  bool is_touched_ = false;       ///< an object was changed, or a task has run
  std::vector<std::string> ran_;  ///< tasks of this deploy
};

}  // namespace
}  // namespace deliver_cluster_deploy

std::chrono::milliseconds deletion_patience(const environment& place) {
  const std::string cause = "deletion";
  for (const patience& each : place.patience)
    if (each.cause.view() == cause) return std::chrono::milliseconds(each.length.milliseconds());
  return kubernetes::default_patience(cause);
}

result<cluster_deploy_result> deploy_to_cluster(const open_cluster& open,
                                                wanted_release wanted,
                                                const cluster_deploy_options& options) {
  return deliver_cluster_deploy::deployment(open, std::move(wanted), options).run(nullptr);
}

result<cluster_deploy_result> put_back(const open_cluster& open,
                                       wanted_release about,
                                       const past_deployment& to,
                                       const cluster_deploy_options& options) {
  return deliver_cluster_deploy::deployment(open, std::move(about), options).run(&to);
}

}  // namespace cicd
