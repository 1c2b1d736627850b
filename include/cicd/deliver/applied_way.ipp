// One generation before the change, and one after it.
#pragma once

#include <cicd/deliver/applied_way.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/deploy_mark.hpp>
#include <cicd/deliver/manifest_home.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/verify.hpp>

namespace cicd {

namespace deliver_applied_way {
namespace {

constexpr const char* on_its_way = "deploying";
constexpr int most_collisions = 50;

}  // namespace
}  // namespace deliver_applied_way

/// One change of an environment, and what is done with it.
struct applied_way::change_of_place {
  const declared_pipeline& pipeline;
  const environment& place;
  const decide_manifests& decide;
  say_line say{};
  /// After it is there.
  std::function<status(const deployment_record& record)> verify{};
  /// What success does to the state.
  std::function<void(environment_state& state)> used{};
};

/// Decided anew wherever another wrote meanwhile.
result<std::optional<decided_manifests>> applied_way::write(const state_history& to,
                                                            const decide_manifests& decide) const {
  for (int attempt = 0; attempt < deliver_applied_way::most_collisions; ++attempt) {
    const result<state_generation> last = to.last();
    if (!last) return last.error();
    result<std::optional<decided_manifests>> decided = decide(last->there);
    if (!decided || !*decided) return decided;
    const result<bool> written = to.add(*last, (*decided)->wanted);
    if (!written) return written.error();
    if (*written) return decided;
  }
  return error{exit_class::conflict,
               {},
               "others change the state of this environment all the time",
               to.name(),
               {{"try", "run it again: it starts from what is there then"}}};
}

/// How a deploy ended, unless another has begun.
status applied_way::finish(const state_history& to,
                           const change_of_place& what,
                           const decided_manifests& began,
                           const std::string& outcome) const {
  const deployment_record& record = *began.wanted.record;
  const auto written = write(to, [&](const manifest_state& now) -> result<std::optional<decided_manifests>> {
    if (!now.record || now.record->id != record.id || now.record->outcome != deliver_applied_way::on_its_way)
      return error{exit_class::conflict,
                   what.pipeline.declared.name.str() + "/" + what.place.name.str(),
                   "another deploy has begun here meanwhile",
                   now.record ? now.record->id : std::string(),
                   {{"try", "deploy again"}}};
    wanted_manifests same = unchanged(now, record.who, record.when);
    same.record->outcome = outcome;
    if (outcome != "failed" && outcome != "interrupted" && what.used) what.used(same.state);
    return std::optional{decided_manifests{std::move(same), began.allowed}};
  });
  if (written) return {};
  error failure = written.error();
  if (failure.kind == exit_class::remote) failure.kind = exit_class::cannot_save;
  return std::move(failure).with("done", "what is wanted is there");
}

std::optional<living_deploy> applied_way::living(const declared_pipeline& pipeline,
                                                 const environment& place,
                                                 const std::optional<deployment_record>& there) const {
  if (!there || there->outcome != deliver_applied_way::on_its_way || there->id == in_.options.run_id)
    return {};
  const auto dead_from = there->when + longest_deploy(place);
  const std::string subject = pipeline.declared.name.str() + "/" + place.name.str();
  if (in_.time.now() >= dead_from || has_died_here(marks_of(place), there->id, subject)) return {};
  return living_deploy{there->id, there->who, there->when, dead_from};
}

result<bool> applied_way::change(const change_of_place& what, const cancellation* cancelled) const {
  const state_history to = states_of(what.pipeline, what.place, cancelled);
  const std::string subject = what.pipeline.declared.name.str() + "/" + what.place.name.str();
  std::string outcome;
  bool deploys = false;
  std::map<std::string, std::string> before;
  std::optional<decided_manifests> mine;
  const std::string marks = marks_of(what.place);
  std::string died;
  const deploy_mark mark(marks, in_.options.run_id, subject);
  const auto began = write(to, [&](const manifest_state& now) -> result<std::optional<decided_manifests>> {
    auto decided = what.decide(now);
    if (!decided || !*decided) return decided;
    wanted_manifests& want = (*decided)->wanted;
    deploys = want.record && (!now.record || compact(json_of(*want.record)) != compact(json_of(*now.record)));
    if (!deploys) return decided;
    if (const auto other = living(what.pipeline, what.place, now.record))
      return error{exit_class::conflict,
                   subject,
                   "another run deploys here",
                   other->run,
                   {{"who", other->who + " since " + utc_text(other->since)},
                    {"try", "run it again when that has ended; it is taken for dead from "
                                + utc_text(other->dead_from) + " on"}}};
    const bool takes_over = now.record && now.record->outcome == deliver_applied_way::on_its_way
                            && now.record->id != want.record->id;
    died = takes_over ? now.record->id : "";
    outcome = want.record->outcome == "verifying" ? "deployed" : want.record->outcome;
    want.record->outcome = deliver_applied_way::on_its_way;
    want.state.approvals = now.state.approvals;
    before = now.files;
    mine = **decided;
    return decided;
  });
  // How it ended is said of a deploy that was interrupted, too: until then every other is refused.
  const cancellation never;
  const state_history after = states_of(what.pipeline, what.place, &never);
  // What was interrupted may be done again by itself.
  const auto in_vain = [&] {
    return cancelled != nullptr && cancelled->cancelled() ? "interrupted" : "failed";
  };
  if (!began) {
    if (mine) (void)finish(after, what, *mine, in_vain());  // it may be there, and its answer was lost
    return began.error();
  }
  if (!*began) return false;
  if (!deploys) return true;
  if (!died.empty()) forget_mark(marks, died, subject);
  const decided_manifests& made = **began;
  status done = bring(made.allowed, {.pipeline = what.pipeline,
                                     .place = what.place,
                                     .subject = subject,
                                     .files = made.wanted.files,
                                     .before = before,
                                     .record = *made.wanted.record,
                                     .is_rollback = outcome == "rolled-back",
                                     .cancelled = cancelled,
                                     .say = what.say});
  if (done && what.verify) done = what.verify(*made.wanted.record);
  const status kept = finish(after, what, made, done ? outcome : in_vain());
  if (!done) return std::move(done).error();
  if (!kept) return kept.error();
  return true;
}

std::unique_ptr<environment_home> applied_way::home_of(const declared_pipeline& pipeline,
                                                       const environment& place,
                                                       const cancellation* cancelled) const {
  manifest_store store;
  store.name = address_of(pipeline, place);
  store.is_embedded = is_embedded(place);
  store.read = [=, this, &pipeline, &place] { return read(pipeline, place, cancelled); };
  store.write = [=, this, &pipeline, &place](const decide_manifests& decide, const say_line& say) {
    return change({.pipeline = pipeline, .place = place, .decide = decide, .say = say}, cancelled);
  };
  store.past = [=, this, &pipeline, &place] { return states_of(pipeline, place, cancelled).past(); };
  store.files_of = [=, this, &pipeline, &place](const deployment_record& of) {
    return states_of(pipeline, place, cancelled).files_of(of);
  };
  return manifest_home(std::move(store));
}

outcome applied_way::apply(const deploy_request& of, const say_line& say) {
  written_manifests what;
  const decide_manifests decide = decision_for(of, what);
  change_of_place wanted{of.pipeline(), of.place(), decide, say, {}, {}};
  wanted.used = [&](environment_state& state) { use_up(state.approvals, what.approval); };
  if (!of.place().verify.empty())
    wanted.verify = [&](const deployment_record& record) {
      return run_verify(of.step.id, release_to_verify(record, of.pipeline(), of.place()), in_.around,
                        in_.options.cancelled, in_.options.masked, say);
    };
  const result<bool> changed = change(wanted, &in_.options.cancelled);
  if (!changed) {
    error failure = changed.error();
    failure.subject = of.step.id;
    return failed_outcome(std::move(failure));
  }
  outcome end;
  end.how = step_outcome::ran;
  if (!*changed) {
    end.summary = "another deploy had done the same already";
    return end;
  }
  what.record.outcome = "deployed";
  end.summary = summary_of(of);
  end.deployments.push_back(told_of(of, what.record));
  return end;
}

}  // namespace cicd
