// The environment first, then part after part.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/policy/own_configuration.hpp>
#include <cicd/deliver/policy/soak.hpp>
#include <cicd/deliver/way_of_parts.hpp>

namespace cicd {

namespace deliver_way_of_parts {
namespace {

/// Why the part does not have the release; empty where it does, or was declared after it.
std::string lack_of(const environment& whole,
                    const environment& part,
                    const deployment_record& own,
                    const std::optional<deployment_record>& there) {
  const std::string name = part.name.str();
  if (!there)
    return own.configuration == own_configuration_of(whole) ? name + ": nothing is deployed" : std::string();
  if (!is_same_release(own, *there))
    return fmt::format("{}: is at {}, not at {}", name, runs_text(*there), runs_text(own));
  return came_to_a_good_end(*there) ? std::string() : fmt::format("{}: {}", name, there->outcome);
}

void add_images(const deployment_record& from, deployment_record& to) {
  for (const auto& each : from.images) to.images.insert(each);
}

using moment_of_deploy = std::optional<std::chrono::system_clock::time_point>;

/// What a part had when the environment had this release, by what its past says: what it got first from then
/// until the environment had another, else what it had already.
const deployment_record* counterpart_in(const std::vector<deployment_record>& newest_first,
                                        const deployment_record& own,
                                        moment_of_deploy until) {
  const deployment_record* found = nullptr;
  for (const deployment_record& each : newest_first) {
    if (until && each.when >= *until) continue;
    const bool has_it = is_same_release(each, own) && came_to_a_good_end(each);
    if (each.when < own.when) return found == nullptr && has_it ? &each : found;
    if (has_it) found = &each;
  }
  return found;
}

/// When the environment had another release than this one of its past.
moment_of_deploy replaced_at(const std::vector<deployment_record>& newest_first, std::size_t at) {
  for (std::size_t newer = at; newer-- > 0;)
    if (!is_same_release(newest_first[newer], newest_first[at])) return newest_first[newer].when;
  return {};
}

/// A deploy that failed says so in the part's record; one that did not go on has none.
std::string outcome_without(const deployment_record* there, const deployment_record& own) {
  return there != nullptr && there->outcome == "failed" && is_same_release(*there, own) ? "failed"
                                                                                        : "deploying";
}

void add_prefixed(std::vector<std::string>& to,
                  const std::vector<std::string>& lines,
                  const std::string& name) {
  for (const std::string& each : lines) to.push_back(name + ": " + each);
}

}  // namespace
}  // namespace deliver_way_of_parts

deployed_release seen_as_one(const environment& whole,
                             deployed_release own,
                             const std::vector<deployed_release>& parts) {
  using namespace deliver_way_of_parts;
  std::string outcome;
  for (std::size_t at = 0; at < parts.size(); ++at) {
    const deployed_release& part = parts[at];
    if (!own.state.hold) own.state.hold = part.state.hold;
    if (!own.reverted) own.reverted = part.reverted;
    if (!own.under_way) own.under_way = part.under_way;
    if (!own.record) continue;
    std::string lack = lack_of(whole, whole.parts[at], *own.record, part.record);
    if (part.record && came_to_a_good_end(*part.record)) {
      add_images(*part.record, *own.record);
      if (lack.empty()) own.record->when = std::max(own.record->when, part.record->when);
    }
    if (lack.empty()) continue;
    own.behind.push_back(std::move(lack));
    const std::string became = outcome_without(part.record ? &*part.record : nullptr, *own.record);
    if (outcome != "failed") outcome = became;
  }
  if (!outcome.empty() && came_to_a_good_end(*own.record)) own.record->outcome = outcome;
  return own;
}

std::vector<deployment_record> past_as_one(const environment& whole,
                                           std::vector<deployment_record> own,
                                           const std::vector<std::vector<deployment_record>>& parts) {
  using namespace deliver_way_of_parts;
  std::vector<deployment_record> all = own;
  for (std::size_t release = 0; release < own.size(); ++release) {
    const deployment_record& alone = own[release];
    deployment_record& each = all[release];
    const moment_of_deploy until = replaced_at(own, release);
    for (const std::vector<deployment_record>& part : parts) {
      const deployment_record* found = counterpart_in(part, alone, until);
      if (found != nullptr) {
        add_images(*found, each);
        each.when = std::max(each.when, found->when);
        continue;
      }
      const bool was_there =
          std::ranges::any_of(part, [&](const deployment_record& one) { return one.when <= alone.when; });
      const bool is_declared = was_there || alone.configuration == own_configuration_of(whole);
      if (!is_declared || !came_to_a_good_end(alone) || each.outcome == "failed") continue;
      each.outcome = until ? "failed" : outcome_without(part.empty() ? nullptr : &part.front(), alone);
    }
  }
  return all;
}

std::string way_of_parts::address_of(const declared_pipeline& pipeline, const environment& place) const {
  std::vector<std::string> all;
  for (const environment* each : with_parts(place))
    all.push_back(ways_.alone(*each).address_of(pipeline, *each));
  return joined(all, ", then ");
}

bool way_of_parts::is_embedded(const environment& place) const {
  return std::ranges::all_of(with_parts(place),
                             [&](const environment* each) { return ways_.alone(*each).is_embedded(*each); });
}

result<deployed_release> way_of_parts::look(const declared_pipeline& pipeline,
                                            const environment& place,
                                            const cancellation* cancelled) const {
  result<deployed_release> own = ways_.alone(place).look(pipeline, place, cancelled);
  if (!own) return own;
  std::vector<deployed_release> parts;
  for (const environment& each : place.parts) {
    result<deployed_release> there = ways_.alone(each).look(pipeline, each, cancelled);
    if (!there) return there;
    parts.push_back(*std::move(there));
  }
  return seen_as_one(place, *std::move(own), parts);
}

result<std::vector<deployment_record>> way_of_parts::history_of(const declared_pipeline& pipeline,
                                                                const environment& place,
                                                                std::size_t most) const {
  result<std::vector<deployment_record>> own = ways_.alone(place).history_of(pipeline, place, most);
  if (!own) return own;
  std::vector<std::vector<deployment_record>> parts;
  for (const environment& each : place.parts) {
    result<std::vector<deployment_record>> past = ways_.alone(each).history_of(pipeline, each, most);
    if (!past) return past;
    parts.push_back(*std::move(past));
  }
  return past_as_one(place, *std::move(own), parts);
}

result<std::optional<deployment_record>> way_of_parts::record_at(const declared_pipeline& pipeline,
                                                                 const environment& place,
                                                                 const std::string& revision,
                                                                 const cancellation* cancelled) const {
  return ways_.alone(place).record_at(pipeline, place, revision, cancelled);
}

std::vector<open_home> way_of_parts::homes_of(const declared_pipeline& pipeline,
                                              const environment& place,
                                              const cancellation* cancelled) const {
  std::vector<open_home> all;
  for (const environment* each : with_parts(place))
    for (open_home& home : ways_.alone(*each).homes_of(pipeline, *each, cancelled))
      all.push_back(std::move(home));
  return all;
}

std::shared_ptr<copies_home> way_of_parts::copies_of(const declared_pipeline& pipeline,
                                                     const environment& place,
                                                     const cancellation* cancelled) const {
  return ways_.alone(place).copies_of(pipeline, place, cancelled);
}

std::vector<graph_step> steps_with_parts(const graph_step& whole) {
  std::vector<graph_step> all{whole};
  if (whole.is_of_branch()) return all;
  for (const environment& each : whole.place()->parts) {
    graph_step& part = all.emplace_back(whole);
    part.id = deploy_step_of(whole.pipeline->declared.name.view(), each.name.view());
    part.work = deploy_step{&each, {}};
    part.part_of = &whole;
  }
  return all;
}

way_of_parts::members way_of_parts::members_of(const deploy_request& of) {
  members all;
  for (graph_step& each : steps_with_parts(of.step)) {
    auto made = std::make_unique<member>();
    for (const wanted_image& image : of.images)
      if (takes_itself(*each.place(), image.repository)) made->images.push_back(image);
    made->step = std::move(each);
    all.push_back(std::move(made));
  }
  return all;
}

deploy_request way_of_parts::request_for(const member& which, const deploy_request& of, bool with_others) {
  return {which.step, which.images, of.promoted, of.make_ready, with_others};
}

way_of_parts::members& way_of_parts::planned(const std::string& step) const {
  const std::lock_guard hold(mutex_);
  std::vector<members>& all = planned_[step];
  if (all.empty()) all.emplace_back();
  return all.back();
}

status way_of_parts::check(const graph_step& step) const {
  static const std::vector<wanted_image> none;
  for (const auto& each : members_of({step, none}))
    if (status can = ways_.alone(*each->step.place()).check(each->step); !can) return can;
  return {};
}

/// The parts first, so that the connection to a cluster is opened when no program of theirs runs any more.
result<step_plan> way_of_parts::plan(const deploy_request& of) {
  using namespace deliver_way_of_parts;
  members* all = nullptr;
  {
    const std::lock_guard hold(mutex_);
    all = &planned_[of.step.id].emplace_back(members_of(of));
  }
  std::vector<step_plan> plans(all->size());
  const auto plan_one = [&](std::size_t at, bool with_others) -> status {
    const member& which = *(*all)[at];
    result<step_plan> plan = ways_.alone(*which.step.place()).plan(request_for(which, of, with_others));
    if (!plan) return std::move(plan).error();
    plans[at] = *std::move(plan);
    return {};
  };
  for (std::size_t at = all->size(); at-- > 0;)
    if (status done = plan_one(at, false); !done) return std::move(done).error();
  const auto runs = [](const step_plan& each) { return each.what == decision::run; };
  for (std::size_t at = 0; at < plans.size(); ++at) (*all)[at]->is_planned = runs(plans[at]);
  if (std::ranges::none_of(plans, runs)) return plans.front();
  if (!runs(plans.front())) {
    if (status done = plan_one(0, true); !done) return std::move(done).error();
    (*all)[0]->is_planned = runs(plans.front());
    plans.front().reasons.clear();  // it has all already but the record
  }
  step_plan made = plans.front();
  made.what = decision::run;
  made.result.reset();
  for (std::size_t at = 1; at < plans.size(); ++at) {
    const std::string name = (*all)[at]->step.place()->name.str();
    if (!runs(plans[at])) {
      made.details.push_back(name + ": what runs there stays, and the release is recorded");
      continue;
    }
    for (const std::string& each : plans[at].reasons)
      if (std::ranges::find(made.reasons, each) == made.reasons.end())
        made.reasons.push_back(name + ": " + each);
    add_prefixed(made.details, plans[at].details, name);
  }
  if (of.step.is_of_branch())
    for (const environment& each : of.place().parts)
      made.details.push_back(fmt::format("{}: left out, a branch has no copy of it", each.name.view()));
  return made;
}

result<std::vector<std::string>> way_of_parts::foresee(const deploy_request& of) {
  std::vector<std::string> lines;
  for (const auto& each : members_of(of)) {
    result<std::vector<std::string>> known =
        ways_.alone(*each->step.place()).foresee(request_for(*each, of, false));
    if (!known) return known;
    for (std::string& line : *known)
      if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
  }
  return lines;
}

namespace deliver_way_of_parts {
namespace {

/// What became of the others where one failed.
error with_others(error why, const std::vector<std::string>& done, const std::vector<std::string>& left) {
  if (!done.empty()) why = std::move(why).with("done", joined(done, ", "));
  if (!left.empty()) why = std::move(why).with("left", joined(left, ", ") + ": nothing was changed");
  return why;
}

}  // namespace
}  // namespace deliver_way_of_parts

outcome way_of_parts::apply(const deploy_request& of, const say_line& say) {
  members& all = planned(of.step.id);
  outcome end;
  end.how = step_outcome::ran;
  std::vector<std::string> summaries, done;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const member& which = *all[at];
    const std::string name = which.step.place()->name.str();
    if (say && at > 0) say("deploys " + name);
    outcome one = ways_.alone(*which.step.place()).apply(request_for(which, of, true), say);
    if (!one.good()) {
      std::vector<std::string> left;
      for (std::size_t next = at + 1; next < all.size(); ++next)
        left.push_back(all[next]->step.place()->name.str());
      if (one.failure) one.failure = deliver_way_of_parts::with_others(*std::move(one.failure), done, left);
      one.deployments.clear();  // the environment as a whole does not have it
      return one;
    }
    in_.gate.has_begun(of.step);
    done.push_back(name + " has it");
    summaries.push_back(at == 0 ? one.summary : name + ": " + one.summary);
    if (end.deployments.empty()) end.deployments = std::move(one.deployments);
  }
  std::erase(summaries, "");
  end.summary = joined(summaries, "; ");
  for (deployed& each : end.deployments) each.at.environment = of.place().name.str();
  return end;
}

std::vector<note> way_of_parts::where_it_is(const graph_step& step) const {
  static const std::vector<wanted_image> none;
  std::vector<note> all;
  for (const auto& each : members_of({step, none}))
    for (note& one : ways_.alone(*each->step.place()).where_it_is(each->step)) all.push_back(std::move(one));
  return all;
}

/// One for each home, in their order; without a digest where nothing is to be approved there.
std::vector<approvable> way_of_parts::last_approvable(const std::string& step) const {
  std::vector<approvable> all;
  bool is_any = false;
  for (const auto& each : planned(step)) {
    const way& by = ways_.alone(*each->step.place());
    std::vector<approvable> own =
        each->is_planned ? by.last_approvable(each->step.id) : std::vector<approvable>();
    is_any = is_any || !own.empty();
    if (own.empty()) own.resize(by.homes_of(*each->step.pipeline, *each->step.place(), nullptr).size());
    for (approvable& one : own) all.push_back(std::move(one));
  }
  return is_any ? all : std::vector<approvable>();
}

}  // namespace cicd
