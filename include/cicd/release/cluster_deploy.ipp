// A deploy step by step. The intent is written before the first object changes, so that whoever comes after a
// crash knows what was begun; each write of the state fails when another was faster.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/job_run.hpp>
#include <cicd/release/cluster_deploy.hpp>
#include <cicd/release/helm_release.hpp>
#include <cicd/release/take_over.hpp>

namespace cicd {

namespace release_cluster_deploy {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;
using what = planned_object::what;

bool is_watched(const std::string& kind) {
  return kind == "Deployment" || kind == "StatefulSet";
}

class deployment {
 public:
  deployment(const open_cluster& open, wanted_release wanted, const cluster_deploy_options& options)
      : open_(open), wanted_(std::move(wanted)), options_(options) {}

  result<cluster_deploy_result> run(const past_deployment* back) {
    if (status begun = begin(back); !begun) return std::move(begun).error();
    if (!plan_.has_work() && back == nullptr) {
      result_.record = *plan_.before.record;
      return std::move(result_);
    }
    if (status may = options_.may ? options_.may(plan_) : status(); !may) return std::move(may).error();
    if (status intent = write_intent(); !intent)
      return std::move(intent).error().with("left", "nothing was applied");
    status done = carry_out();
    if (done && back == nullptr) done = run_smokes();
    if (done && options_.verify) done = verify();
    if (!done) return failed(std::move(done).error());
    if (status kept = finish(); !kept) return std::move(kept).error();
    return std::move(result_);
  }

 private:
  void say(const std::string& line) const {
    if (options_.say) options_.say(line);
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

  /// The lock lives in the namespace, which may have to be made first.
  status make_namespace() {
    if (!wanted_.where->create_namespace && wanted_.facts.of_branch.namespace_name.empty()) return {};
    const std::string& name = wanted_.place.namespace_name;
    if (with_->get({"Namespace", "", name})) return {};
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
    if (status made = make_namespace(); !made) return made;
    if (status locked = lock(); !locked) return locked;
    result<cluster_plan> plan = back == nullptr ? plan_release(*with_, wanted_) : plan_back(*with_, *back);
    if (!plan) return std::move(plan).error();
    plan_ = *std::move(plan);
    result_.lines = plan_.kept;
    state_ = plan_.before;
    wanted_.record.generation = state_.record ? state_.record->generation + 1 : 1;
    return {};
  }

  result<cluster_plan> plan_back(kubernetes::cluster& with, const past_deployment& to) {
    result<cluster_state> now = read_cluster_state(with, wanted_.place);
    if (!now) return std::move(now).error();
    return plan_objects(with, wanted_, to.objects, *std::move(now));
  }

  status write_intent() {
    before_ = state_;
    state_.record = wanted_.record;
    state_.record->outcome = "deploying";
    if (!wanted_.state_facts.empty()) state_.facts = wanted_.state_facts;
    if (std::string helm = helm_releases_in(plan_); !helm.empty()) state_.facts[helm_fact] = std::move(helm);
    for (const planned_object& one : plan_.objects)
      if (std::ranges::find(state_.inventory, one.key) == state_.inventory.end())
        state_.inventory.push_back(one.key);
    return write_cluster_state(*with_, wanted_.place, state_);
  }

  /// Applies what changes, kind after kind in order, and watches until it runs.
  status carry_out() {
    if (status applied = apply_all(); !applied) return applied;
    return watch();
  }

  status apply_all() {
    for (std::size_t from = 0; from < plan_.objects.size();) {
      std::size_t to = from;
      while (to < plan_.objects.size() && rank_of(plan_.objects[to]) == rank_of(plan_.objects[from])) ++to;
      if (status applied = apply(from, to); !applied) return applied;
      from = to;
    }
    return {};
  }

  static int rank_of(const planned_object& one) {
    const kubernetes::kind_facts* kind = kubernetes::kind_named(one.key.kind);
    return kind == nullptr ? 50 : kind->order;
  }

  status apply(std::size_t from, std::size_t to) {
    std::vector<const planned_object*> asked;
    for (std::size_t at = from; at < to; ++at) {
      const planned_object& one = plan_.objects[at];
      if (one.kind == what::remove) continue;
      if (one.kind != what::same)
        asked.push_back(&one);
      else if (is_watched(one.key.kind))
        applied_.push_back(one.live);
    }
    if (asked.empty()) return {};
    wait_for_kinds(asked);
    if (status held = lease_->still_held(); !held) return held;
    for (const bool forced : {false, true}) {
      std::vector<const planned_object*> group;
      std::vector<json> objects;
      for (const planned_object* one : asked)
        if (one->force == forced) {
          if (forced)
            if (status taken =
                    take_over_fields(*with_, one->live, one->wanted, one->managers, wanted_.place.text());
                !taken)
              return taken;
          group.push_back(one);
          objects.push_back(one->wanted);
        }
      if (objects.empty()) continue;
      std::vector<api_answer> answers = with_->apply(objects, {.force = forced});
      for (std::size_t at = 0; at < group.size(); ++at)
        if (status told = took(*group[at], std::move(answers[at])); !told) return told;
    }
    return {};
  }

  /// A kind whose definition was applied a moment ago is served a moment later.
  void wait_for_kinds(const std::vector<const planned_object*>& of) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (const planned_object* each : of) {
      const std::string api_version = each->wanted["apiVersion"].text();
      if (kubernetes::kind_named(each->key.kind) != nullptr || !defines_kinds()) continue;
      while (!with_->discover(api_version, each->key.kind) && std::chrono::steady_clock::now() < end
             && (options_.cancelled == nullptr || !options_.cancelled->cancelled()))
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  bool defines_kinds() const {
    return std::ranges::any_of(
        plan_.objects, [](const planned_object& one) { return one.key.kind == "CustomResourceDefinition"; });
  }

  status took(const planned_object& one, api_answer answer) {
    if (!answer)
      return error_of(*answer.failure, wanted_.place.text(), one.key, "apply " + one.key.text())
          .with("done so far", fmt::format("{} of {} objects were applied", result_.changed, to_change()));
    ++result_.changed;
    say(fmt::format("{} {}", one.kind == what::add ? "created" : "changed", one.key.text()));
    if (is_watched(one.key.kind)) applied_.push_back(std::move(answer.object));
    return {};
  }

  std::size_t to_change() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        plan_.objects, [](const planned_object& one) { return one.kind != what::same; }));
  }

  kubernetes::rollout_options rollout_setup() const {
    kubernetes::rollout_options options;
    for (const patience& each : wanted_.where->patience)
      options.patience[each.cause.str()] = std::chrono::milliseconds(each.length.milliseconds());
    options.say = options_.say;
    options.symptom = [this](const kubernetes::diagnosis& found) {
      for (const std::string& line : split(text_of(found), '\n'))
        if (!trimmed(line).empty()) say(line);
    };
    return options;
  }

  status watch() {
    if (applied_.empty()) return {};
    result<kubernetes::rollout_result> rolled = watch_rollout(*with_, applied_, rollout_setup());
    if (!rolled) return std::move(rolled).error();
    for (const std::string& each : rolled->poorer) result_.lines.push_back(each);
    if (rolled->ready) return {};
    return error_of(*rolled, wanted_.place.text());
  }

  status run_smokes() {
    std::vector<std::string> done;
    for (const cron_job& each : wanted_.pipeline->declared.cron_jobs) {
      const cron_job here =
          cron_job_in(wanted_.pipeline->declared, each.name.view(), wanted_.place.environment);
      if (here.off || here.smoke.empty() || std::ranges::find(done, here.name.str()) != done.end()) continue;
      done.push_back(here.name.str());
      if (!deploys_cron_job(here.name.str())) continue;
      if (status ran = run_smoke(here); !ran) return ran;
    }
    return {};
  }

  bool deploys_cron_job(const std::string& name) const {
    if (wanted_.facts.on == kubernetes::track::stable) return true;
    return std::ranges::find(wanted_.facts.of_branch.cron_jobs, name)
           != wanted_.facts.of_branch.cron_jobs.end();
  }

  status run_smoke(const cron_job& of) {
    std::vector<std::string> command;
    for (const text& word : of.smoke) command.push_back(word.str());
    const std::string name = fmt::format("{}-smoke-{}", of.name.view(), wanted_.record.generation);
    result<json> job = kubernetes::job_of(*wanted_.pipeline, wanted_.facts, of.name.view(), command, name);
    if (!job) return std::move(job).error();
    end_in_time(*job);
    place_in_namespace(*job);
    say(fmt::format("smoke of {}: {}", of.name.view(), shell_quoted(command)));
    std::vector<std::string> last;
    const auto keep = [&](std::string_view line) {
      last.push_back(displayable(line));
      if (last.size() > 10) last.erase(last.begin());
    };
    result<kubernetes::job_end> end =
        run_job(*with_, *job, {.remove = true, .output = keep, .say = options_.say});
    if (!end) return std::move(end).error();
    if (end->good) return {};
    return error{exit_class::step_failed,
                 wanted_.place.text(),
                 fmt::format("the smoke run of cron job {} failed", of.name.view()),
                 shell_quoted(command),
                 {{"ended", end->meaning}, {"last lines", joined(last, "\n")}}};
  }

  /// A smoke run that never ends would hold the deploy for ever.
  static void end_in_time(json& job) {
    json spec = job["spec"];
    if (spec["activeDeadlineSeconds"].is_null()) spec.set("activeDeadlineSeconds", 600);
    job.set("spec", std::move(spec));
  }

  void place_in_namespace(json& object) const {
    json metadata = object["metadata"];
    if (metadata["namespace"].is_null()) metadata.set("namespace", wanted_.place.namespace_name);
    object.set("metadata", std::move(metadata));
  }

  /// The team's own command runs with the door closed; whoever deployed meanwhile has the last word.
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
                   {{"try", "look at what is there with `cicd status`, and deploy again"}}};
    state_.hold = std::move(now->hold);
    state_.approvals = std::move(now->approvals);
    state_.resource_version = std::move(now->resource_version);
    return {};
  }

  /// Removes what is declared no longer, and writes down what is there now.
  status finish() {
    if (status held = lease_->still_held(); !held) return held;
    if (status alone = see_what_came(); !alone) return alone;
    std::vector<object_key> there;
    for (const planned_object& one : plan_.objects) {
      if (one.kind != what::remove || !options_.prunes) {
        there.push_back(one.key);
        continue;
      }
      const api_answer removed = with_->remove(one.key, {}, "Background");
      if (!removed && removed.failure->code != 404) {
        there.push_back(one.key);
        result_.lines.push_back(fmt::format("{} could not be removed: {}", one.key.text(),
                                            displayable(removed.failure->message)));
        continue;
      }
      ++result_.changed;
      say("removed " + one.key.text());
    }
    if (const auto helm = state_.facts.find(helm_fact); helm != state_.facts.end()) {
      result<std::vector<std::string>> detached =
          detach_helm_releases(*with_, helm->second, wanted_.place.text());
      if (!detached) return std::move(detached).error();
      for (const std::string& each : *detached) say(each);
    }
    keep_guarded(there);
    state_.inventory = std::move(there);
    state_.record->outcome = "deployed";
    state_.facts = wanted_.state_facts;
    return save();
  }

  /// What stays although it is declared no longer is still ours to know.
  void keep_guarded(std::vector<object_key>& there) const {
    for (const object_key& each : before_.inventory) {
      const bool planned =
          std::ranges::any_of(plan_.objects, [&](const planned_object& one) { return one.key == each; });
      const bool kept = std::ranges::any_of(plan_.kept, [&](const std::string& line) {
        return line.starts_with(each.text()) || line.starts_with("nothing is removed");
      });
      if (!planned && kept) there.push_back(each);
    }
  }

  status save() {
    if (status written = write_cluster_state(*with_, wanted_.place, state_); !written) {
      if (written.error().kind == exit_class::conflict) return written;
      return not_saved(std::move(written).error());
    }
    result_.record = *state_.record;
    std::vector<json> objects;
    for (const planned_object& one : plan_.objects)
      if (one.kind != what::remove) objects.push_back(one.wanted);
    if (status kept = keep_deployment(*with_, wanted_.place, {result_.record, std::move(objects)}); !kept)
      result_.lines.push_back("this deployment was not kept for a rollback: " + kept.error().what);
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

  // --- When it failed
  // ---------------------------------------------------------------------------------------------

  error failed(error first) {
    if (first.kind == exit_class::interrupted || first.kind == exit_class::terminated)
      return std::move(first).with(
          "left",
          "what was applied stays; the environment's record says deploying; deploying "
          "again goes on from there");
    const char* const unsaid =
        "what was applied stays, and nothing was put back; the environment's record may still say "
        "deploying; deploying again goes on from there";
    if (!with_ && !open_door()) return std::move(first).with("left", unsaid);
    if (!lease_) return std::move(first).with("left", unsaid);
    if (status held = lease_->still_held(); !held)
      return fenced_off(std::move(first), std::move(held).error());
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

  /// Whoever has the lock now has the last word: nothing is put back, and the record is theirs.
  static error fenced_off(error first, error held) {
    if (first.kind != exit_class::conflict) held = std::move(held).with("before that", first.what);
    return std::move(held).with("left", "what was applied until then; nothing was put back");
  }

  error stopped(error first, std::string what_is_left) {
    state_.record->outcome = "failed";
    if (status kept = write_cluster_state(*with_, wanted_.place, state_); !kept)
      first = std::move(first).with("and", "the record could not be saved: " + kept.error().what);
    return std::move(first).with("state", "failed: " + what_is_left);
  }

  error roll_back(error first, const past_deployment& to) {
    say(fmt::format("putting back {} of {}", to.record.version, utc_text(to.record.when)));
    if (status back = put_objects_back(to); !back) {
      state_.record->outcome = "failed";
      (void)write_cluster_state(*with_, wanted_.place, state_);
      return std::move(first)
          .with("state", fmt::format("failed, and putting {} back failed too", to.record.version))
          .with("second cause", back.error().what + (back.error().value ? ": " + *back.error().value : ""));
    }
    const std::string wanted_version = state_.record->version;
    const std::int64_t generation = state_.record->generation;
    state_.record = to.record;
    state_.record->generation = generation;
    state_.record->outcome = "rolled-back";
    state_.inventory = before_.inventory;
    if (status kept = write_cluster_state(*with_, wanted_.place, state_); !kept)
      first = std::move(first).with("and", "the record could not be saved: " + kept.error().what);
    const std::string not_any_more = to.record.version == wanted_version
                                         ? "as it was deployed at " + utc_text(to.record.when)
                                         : "and " + wanted_version + " does not";
    return std::move(first).with(
        "state", fmt::format("rolled back: {} runs again, {}", to.record.version, not_any_more));
  }

  status put_objects_back(const past_deployment& to) {
    result<cluster_plan> plan = plan_objects(*with_, wanted_, to.objects, state_);
    if (!plan) return std::move(plan).error();
    const cluster_plan failed_plan = std::move(plan_);
    plan_ = *std::move(plan);
    for (planned_object& one : plan_.objects)
      if (one.kind == what::same && is_watched(one.key.kind)) one.kind = what::change;
    applied_.clear();
    if (status done = apply_all(); !done) return done;
    for (const json& each : applied_)
      if (each["kind"].text() == "StatefulSet") remove_stuck_pods(each);
    return watch();
  }

  /// A StatefulSet waits for ever for a pod that is not ready before it replaces it, also when it is put
  /// back.
  void remove_stuck_pods(const json& of) {
    std::vector<std::string> selector;
    for (const auto& [key, value] : of["spec"]["selector"]["matchLabels"].members())
      selector.push_back(key + '=' + value.text());
    const std::string& in = wanted_.place.namespace_name;
    const api_answer pods = with_->list("Pod", in, joined(selector, ","));
    for (const json& each : pods.object["items"].elements()) {
      const auto is_ready = [](const json& one) {
        return one["type"].text() == "Ready" && one["status"].text() == "True";
      };
      if (std::ranges::any_of(each["status"]["conditions"].elements(), is_ready)) continue;
      const std::string name = each["metadata"]["name"].text();
      say(fmt::format("removing pod {}, which never got ready and is in the way", displayable(name)));
      (void)with_->remove({"Pod", in, name}, {}, "Background");
    }
  }

  const open_cluster& open_;
  wanted_release wanted_;
  const cluster_deploy_options& options_;
  std::unique_ptr<kubernetes::cluster> with_;
  std::unique_ptr<cluster_lease> lease_;  // after the door: given back before it closes
  cluster_plan plan_;
  cluster_state state_, before_;
  std::vector<json> applied_;
  bool overtaken_ = false;  ///< another deploy came in between
  cluster_deploy_result result_;
};

}  // namespace
}  // namespace release_cluster_deploy

result<cluster_deploy_result> deploy_to_cluster(const open_cluster& open,
                                                wanted_release wanted,
                                                const cluster_deploy_options& options) {
  return release_cluster_deploy::deployment(open, std::move(wanted), options).run(nullptr);
}

result<cluster_deploy_result> put_back(const open_cluster& open,
                                       wanted_release about,
                                       const past_deployment& to,
                                       const cluster_deploy_options& options) {
  return release_cluster_deploy::deployment(open, std::move(about), options).run(&to);
}

}  // namespace cicd
