// Hands each step to the part that does it: publishing, or the way of deploying of its environment.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/policy/approval.hpp>

namespace cicd {

namespace deliver_delivery {
namespace {

delivery_options with_secrets(delivery_options options, const surroundings& around) {
  if (!options.secrets) options.secrets = declared_source(around);
  return options;
}

/// A refusal that only waits would wait for ever where what was seen cannot be written down.
error with_unwritten(error of, const error& written) {
  return std::move(of).with("and", "what was seen of health could not be recorded: " + written.what
                                       + (written.value ? ": " + *written.value : std::string()));
}

void keep_taken(std::vector<wanted_image>& of, const environment& place) {
  std::erase_if(of, [&](const wanted_image& each) { return !takes_from(place, each.repository); });
}

/// A plan says which values what it deploys has there.
result<step_plan> with_settings(result<step_plan> plan, const pipeline& declared, const graph_step& step) {
  if (!plan || plan->what != decision::run || declared.settings.empty()) return plan;
  std::vector<std::string> all;
  for (const auto& [name, value] : settings_in(declared, step.place()->name.view(), step.copy()))
    all.push_back(name.substr(setting_prefix.size()) + "=" + value);
  if (!all.empty()) plan->details.push_back("settings: " + joined(all, " "));
  return plan;
}

}  // namespace
}  // namespace deliver_delivery

delivery::delivery(const workspace& where,
                   const surroundings& around,
                   const clock& time,
                   delivery_options options)
    : options_(deliver_delivery::with_secrets(std::move(options), around)),
      source_(around, options_.event, options_.by_hand),
      context_{where, around, time, options_, source_, gate_, artifacts_},
      ways_(context_),
      gate_(context_, ways_),
      publisher_(context_) {}

const std::vector<wanted_image>& delivery::images_for(const std::string& step) {
  const std::lock_guard hold(mutex_);
  return images_[step];
}

status delivery::check(const graph_step& step) const {
  return step.kind() == step_kind::deploy ? way_of(*step.place()).check(step) : status{};
}

/// Health that was seen is written before the deploy that it lets in. In a rehearsal what is wrong with one
/// deploy hides no other; a server that does not answer ends it.
result<step_plan> delivery::plan(const graph_step& step, const artifacts& images) {
  const cancellation_scope heard(options_.cancelled);
  result<step_plan> plan = planned(step, images);
  const status written = gate_.write_seen_health();
  if (!written)
    plan =
        plan ? written.error() : deliver_delivery::with_unwritten(std::move(plan).error(), written.error());
  if (plan || !options_.rehearses || step.kind() != step_kind::deploy) return plan;
  const exit_class kind = plan.error().kind;
  const bool is_of_it =
      kind == exit_class::usage || kind == exit_class::conflict || kind == exit_class::corrupt;
  return is_of_it ? result<step_plan>(failed_plan(std::move(plan).error())) : std::move(plan);
}

/// What a job of the event that is rehearsed would be refused; of what it may, by whose rules.
std::optional<step_plan> delivery::rehearsed(const graph_step& step) {
  if (!options_.rehearses_event) return std::nullopt;
  if (status may = gate_.may_begin(step); !may) return refused_plan(step, may.error());
  if (!options_.is_foretold) return std::nullopt;
  step_plan plan = nothing_to_do();
  plan.what = decision::run;
  plan.result.reset();
  const std::string base = gate_.base_words(step);
  plan.details = {base.empty() ? "it lies in the build tree" : "as the base branch declares: " + base};
  return plan;
}

result<step_plan> delivery::planned(const graph_step& step, const artifacts& images) {
  if (std::optional<step_plan> told = rehearsed(step)) return *std::move(told);
  if (status can = check(step); !can) return std::move(can).error();
  if (step.promotes()) return plan_promotion(step);
  // Nothing was built where the artifact was there.
  const std::optional<artifact_record> made =
      images.empty() ? artifacts_.record_of(*step.pipeline) : std::nullopt;
  result<std::vector<wanted_image>> wanted =
      made ? images_of(*step.pipeline, *made, step.id) : images_of(*step.pipeline, images);
  if (!wanted) return std::move(wanted).error();
  if (step.kind() == step_kind::deploy) deliver_delivery::keep_taken(*wanted, *step.place());
  {
    const std::lock_guard hold(mutex_);
    images_[step.id] = *wanted;
  }
  if (step.kind() != step_kind::publish)
    return deliver_delivery::with_settings(with_gate(ways_.of(*step.place()).plan({step, *wanted}), step),
                                           step.pipeline->declared, step);
  result<step_plan> plan = publisher_.plan(step, *wanted);
  if (plan && made)
    plan->details.push_back(
        fmt::format("the artifact of {} is there: nothing is built", made->short_commit()));
  return plan;
}

/// A plan says who signed what it would deploy, and what became of GATE, which it does not ask by itself.
result<step_plan> delivery::with_gate(result<step_plan> plan, const graph_step& step) {
  if (!plan || !options_.rehearses || plan->what != decision::run) return plan;
  if (const std::string signer = gate_.signer_of(step); !signer.empty())
    plan->details.push_back("signed by " + signer + ", and so is the provenance");
  if (step.is_of_branch()) return plan;
  if (step.place()->gate.empty()) return plan;
  const std::optional<program_answer> answer = gate_.program_answer_of(step);
  if (!answer)
    plan->details.push_back(options_.ask_gates
                                ? "GATE: not asked, since the deploy would be refused before it"
                                : "GATE: not asked; --ask-gates asks it");
  if (answer && answer->passed) plan->details.push_back("GATE: passed");
  return plan;
}

const delivery::promoted_step* delivery::promoted_of(const std::string& step) {
  const std::lock_guard hold(mutex_);
  const auto found = promotions_.find(step);
  return found == promotions_.end() ? nullptr : found->second.back().get();
}

status delivery::check_not_refused(const graph_step& step, bool comes_after) {
  const cancellation_scope heard(options_.cancelled);
  const environment& place = *step.place();
  result<deployed_release> there = way_of(place).look(*step.pipeline, place, &options_.cancelled);
  if (!there) return std::move(there).error();
  gate_state state;
  state.hold = there->state.hold;
  state.reverted = there->reverted;
  state.remembered = there->state.gates;
  const std::string tag = gate_.tag_of(*step.pipeline, place);
  state.version = tag.empty() ? source_.git_of(*step.pipeline).short_commit() : tag;
  state.newer = gate_.succession_of(step, there->record);
  if (step.promotes()) {
    result<promotion> found = promotion_of(step);
    if (!found) return std::move(found).error();
    const std::lock_guard hold(mutex_);
    looked_up_.insert_or_assign(step.id, *std::move(found));
  }
  const status may = gate_.check_not_refused(step, std::move(state), comes_after);
  const status written = gate_.write_seen_health();
  if (may || written) return may ? written : may;
  return deliver_delivery::with_unwritten(may.error(), written.error());
}

/// What a step takes, looked up once. What the gate asks before the artifact is told first.
result<promotion> delivery::promotion_of(const graph_step& step) {
  {
    const std::lock_guard hold(mutex_);
    if (auto known = looked_up_.extract(step.id)) return std::move(known.mapped());
  }
  if (status may = gate_.may_begin(step); !may) return std::move(may).error();
  result<promotion> found = promotion_for(context_, step, gate_.tag_of(*step.pipeline, *step.place()));
  if (!found) {
    if (status may = options_.rehearses ? status() : gate_.may_go_on(step); !may)
      return std::move(may).error();
    return found;
  }
  gate_.will_take(step, found->artifact.record.images);
  return found;
}

/// Of what was planned last. What is promoted is deployed as its artifact declares it.
deploy_request delivery::request_for(const graph_step& step) {
  const promoted_step* promoted = promoted_of(step.id);
  if (promoted == nullptr) return {step, images_for(step.id), nullptr, {}};
  deploy_request request{promoted->step, images_for(step.id), &promoted->what, {}};
  request.make_ready = [this, &step, what = &promoted->what](const permit& allowed) {
    return cicd::make_ready(allowed, context_, *step.pipeline, *what);
  };
  return request;
}

namespace deliver_delivery {
namespace {

/// The step with the declaration that is promoted.
graph_step step_of(const graph_step& step, const declared_pipeline& declared) {
  graph_step made = step;
  made.pipeline = &declared;
  for (const environment& each : declared.declared.environments)
    if (each.name == step.place()->name) made.work = deploy_step{&each, {}};
  return made;
}

}  // namespace
}  // namespace deliver_delivery

step_plan delivery::failed_plan(error why) {
  step_plan plan = nothing_to_do();
  plan.what = decision::run;
  plan.result.reset();
  plan.reasons = {"would fail: " + why.what + (why.value ? ": '" + displayable(*why.value) + "'" : "")};
  const std::lock_guard hold(mutex_);
  failures_.push_back(std::move(why));
  return plan;
}

errors delivery::failures() {
  const std::lock_guard hold(mutex_);
  return failures_;
}

step_plan delivery::refused_plan(const graph_step& step, const error& refusal) {
  step_plan plan = nothing_to_do();
  plan.what = decision::run;
  plan.result.reset();
  plan.reasons = {refusal_text(refusal)};
  gate_.keep_refusal(step, refusal);
  return plan;
}

result<step_plan> delivery::plan_promotion(const graph_step& step) {
  const auto refused = [&](const error& why) -> result<step_plan> {
    if (options_.rehearses && why.kind == exit_class::policy) return refused_plan(step, why);
    return why;
  };
  result<promotion> found = promotion_of(step);
  if (!found) return refused(found.error());
  result<std::vector<wanted_image>> wanted = images_of(*found->declared, found->artifact.record, step.id);
  if (!wanted) return std::move(wanted).error();
  deliver_delivery::keep_taken(*wanted, *step.place());
  const std::string reason = found->reason;
  const std::vector<std::string> remarks = found->remarks;
  {
    const std::lock_guard hold(mutex_);
    images_[step.id] = *std::move(wanted);
    graph_step as_declared = deliver_delivery::step_of(step, *found->declared);
    promotions_[step.id].push_back(
        std::make_unique<const promoted_step>(promoted_step{*std::move(found), std::move(as_declared)}));
  }
  const deploy_request request = request_for(step);
  result<step_plan> plan = deliver_delivery::with_settings(
      with_gate(ways_.of(*step.place()).plan(request), step), request.pipeline().declared, step);
  if (!plan || plan->what != decision::run) return plan;
  if (!reason.empty()) plan->reasons.push_back(reason);
  plan->details.insert(plan->details.begin(), remarks.begin(), remarks.end());
  return plan;
}

result<std::optional<artifact_record>> delivery::published(const graph_step& step) {
  const cancellation_scope heard(options_.cancelled);
  return publisher_.published(step);
}

std::vector<std::string> delivery::foreseen(const graph_step& step) {
  if (const std::optional<step_plan> told = is_pure(step.kind()) ? std::nullopt : rehearsed(step)) {
    std::vector<std::string> lines = told->reasons;
    lines.insert(lines.end(), told->details.begin(), told->details.end());
    return lines;
  }
  if (step.kind() != step_kind::deploy) return {};
  const cancellation_scope heard(options_.cancelled);
  std::vector<wanted_image> unmade;
  for (const published_part& each : published_parts(*step.pipeline))
    if (takes_from(*step.place(), each.repository)) unmade.push_back({each.name, each.repository, digest{}});
  result<std::vector<std::string>> known = ways_.of(*step.place()).foresee({step, unmade});
  if (!known) {
    std::string why = known.error().what;
    if (known.error().value) why += ": '" + *known.error().value + "'";
    return {"! what would change is not known: " + displayable(why)};
  }
  return *std::move(known);
}

outcome delivery::act(const task& work, const say_line& say) {
  const graph_step& step = *work.step;
  if (status same = gate_.check_unchanged(step); !same) return failed_outcome(std::move(same).error());
  const std::vector<wanted_image>& images = images_for(step.id);
  if (step.kind() == step_kind::publish) return publisher_.publish(step, images, say);
  outcome end = ways_.of(*step.place()).apply(request_for(step), say);
  // What was seen meanwhile is seen again where it cannot be written down.
  if (const status written = gate_.write_seen_health(); !written && say)
    say("health that was seen is not written down: " + written.error().what);
  return end;
}

std::vector<note> delivery::where_it_is(const graph_step& step) {
  if (step.kind() == step_kind::publish) return publisher_.where_it_is(step, images_for(step.id));
  if (step.kind() == step_kind::deploy) return way_of(*step.place()).where_it_is(step);
  return {};
}

std::span<const planned_wave> delivery::last_plans(const graph_step& step) const {
  if (step.kind() != step_kind::deploy) return {};
  return ways_.alone(*step.place()).last_plans(step.id);
}

std::vector<approvable> delivery::last_approvable(const graph_step& step) const {
  if (step.kind() != step_kind::deploy) return {};
  return way_of(*step.place()).last_approvable(step.id);
}

std::vector<approvable> delivery::last_own_approvable(const graph_step& step) const {
  return ways_.alone(*step.place()).last_approvable(step.id);
}

}  // namespace cicd
