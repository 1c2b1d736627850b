// A canary that is scaled or ended: found by its name, asked of the gate, put back with other pods.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/branch/branch.hpp>
#include <cicd/deliver/branch/canary.hpp>
#include <cicd/deliver/branch/places.hpp>
#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/cluster/waves.hpp>

namespace cicd {

namespace deliver_branch_canary {
namespace {

constexpr const char* nothing_runs = "no canary runs here";

error none_runs(const canary_named& named,
                const cluster_place& in,
                const std::vector<std::string>& branches) {
  error failure{exit_class::usage,
                in.text(),
                branches.empty() ? nothing_runs : "it is not clear which canary is meant",
                named.branch.empty() ? std::nullopt : std::optional(named.branch),
                {}};
  if (branches.empty())
    return std::move(failure).with("try",
                                   fmt::format("cicd canary start {} {}", in.pipeline, in.environment));
  return std::move(failure)
      .with("there are", displayable(joined(branches, ", ")))
      .with("try", "--branch <name>");
}

/// The same objects with another number of pods, as what is put back.
result<past_deployment> scaled(kubernetes::cluster& with, const known_place& of, int pods) {
  result<std::vector<past_deployment>> past = past_deployments(with, of.place);
  if (!past) return std::move(past).error();
  const auto last = std::ranges::find_if(*past, [](const past_deployment& each) {
    return each.record.outcome == "deployed" && !each.objects.empty();
  });
  if (last == past->end())
    return error{exit_class::conflict,
                 of.place.text(),
                 "this canary was never healthy, so its share cannot be changed",
                 {},
                 {{"try", "cicd canary start again, or cicd canary end"}}};
  for (json& each : last->objects) {
    if (each["kind"].text() != "Deployment") continue;
    json spec = each["spec"];
    spec.set("replicas", pods);
    each.set("spec", std::move(spec));
  }
  return std::move(*last);
}

/// Production's own rules hold for a larger share too.
gate_state state_of(const cluster_state& home, const cluster_plan& plan, const deployment_record& record) {
  gate_state state;
  state.hold = home.hold;
  state.version = record.version;
  state.commit = record.commit;
  state.approvals = home.approvals;
  state.approval_digest = hex(approval_digest(plan, record));
  return state;
}

wanted_release release_of(const action_ports& on,
                          const known_place& of,
                          const canary_share& share,
                          const past_deployment& to) {
  wanted_release wanted;
  wanted.pipeline = on.pipeline;
  wanted.where = on.place;
  wanted.place = of.place;
  wanted.record = to.record;
  wanted.record.id = on.id;
  wanted.record.when = on.time->now();
  wanted.facts.on = kubernetes::track::canary;
  wanted.facts.of_branch.services = {fact_of(of, branch_fact::service)};
  wanted.state_facts = of.state.facts;
  wanted.state_facts[branch_fact::replicas] = std::to_string(share.pods);
  wanted.state_facts[branch_fact::share] = share.text();
  return wanted;
}

/// Ends the one that runs in a cluster.
status end_in(const open_place& at,
              const canary_named& named,
              const cancellation* cancelled,
              const action_ports& on) {
  const result<known_place> of = running_canary(named, *at.with, at.place);
  if (!of) return of.error();
  const result<permit> allowed = on.may(change::branch_end, {});
  if (!allowed) return allowed.error();
  const result<branch_end> end = end_branch(*allowed, *at.with, *of, end_options(on, cancelled));
  if (!end) return end.error();
  on.tell(told_end(place_of(*at.with, *of), *of, *end));
  return {};
}

}  // namespace
}  // namespace deliver_branch_canary

result<graph_step> canary_step(const canary_named& named, const model& declared, const action_ports& on) {
  std::vector<graph_step> fitting;
  std::vector<std::string> services;
  for (graph_step& each : graph_of(declared).steps) {
    if (each.branch_share() == nullptr || each.pipeline != on.pipeline || each.place() != on.place) continue;
    if (!named.service.empty() && each.branch_share()->service.view() != named.service) continue;
    services.push_back(each.branch_share()->service.str());
    fitting.push_back(std::move(each));
  }
  if (fitting.size() == 1) return std::move(fitting.front());
  if (fitting.empty())
    return error{exit_class::usage, on.subject(), "no canary is declared here", named.service, {}}.with(
        "try", fmt::format("pipeline_canary({} IN {} SHARE 10%)", on.pipeline->declared.name.view(),
                           on.place->name.view()));
  return error{exit_class::usage, on.subject(), "several services may have a canary", {}, {}}
      .with("allowed", joined(services, ", "))
      .with("try", "--service " + services.front());
}

result<known_place> running_canary(const canary_named& named,
                                   kubernetes::cluster& with,
                                   const cluster_place& in) {
  auto all = known_places(with, in.pipeline, in.environment, in.namespace_name);
  if (!all) return std::move(all).error();
  std::vector<known_place> fitting;
  std::vector<std::string> branches;
  for (known_place& each : *all) {
    if (fact_of(each, branch_fact::kind) != "canary") continue;
    if (!named.service.empty() && fact_of(each, branch_fact::service) != named.service) continue;
    branches.push_back(fact_of(each, branch_fact::branch));
    if (named.branch.empty() || branches.back() == named.branch) fitting.push_back(std::move(each));
  }
  if (fitting.size() == 1) return std::move(fitting.front());
  return deliver_branch_canary::none_runs(named, in, branches);
}

result<deployed> set_canary_share(const canary_share_request& request,
                                  const action_ports& on,
                                  const canary_ports& ports) {
  using namespace deliver_branch_canary;
  if (status may = on.may_begin(change::canary_share); !may) return std::move(may).error();
  result<open_place> opened = on.open(0);
  if (!opened) return std::move(opened).error();
  const result<graph_step> step = canary_step(request.which, *ports.declared, on);
  if (!step) return step.error();
  const result<known_place> of = running_canary(request.which, *opened->with, opened->place);
  if (!of) return of.error();
  const changed_place at = place_of(*opened->with, *of);
  const cluster_wave wave{{}, opened->place};
  const branch_request ask{*step, wave, at.branch, on.time->now(), request.percent, nullptr};
  const result<canary_offer> offer = offer_canary(ask, *opened->with);
  if (!offer) return offer.error();
  for (const std::string& each : offer->remarks) on.tell(step_warning{on.subject(), each});
  const result<past_deployment> to = scaled(*opened->with, *of, offer->share.pods);
  if (!to) return to.error();
  const result<cluster_state> home = read_cluster_state(*opened->with, opened->place);
  if (!home) return home.error();
  opened->with.reset();
  const cluster_place& home_place = opened->place;
  cluster_deploy_options how;
  how.holder = fmt::format("{}, run {}", on.who(), on.id);
  how.cancelled = request.cancelled;
  how.say = [&](const std::string& line) { on.tell(step_message{on.subject(), line}); };
  how.rolls_back = false;
  std::optional<permit> allowed;
  std::string approved_as;
  how.may = [&](const cluster_plan& plan) {
    const gate_state state = state_of(*home, plan, to->record);
    result<permit> may = ports.may(*step, request.percent, state);
    if (may) allowed = *may, approved_as = state.approval_digest;
    return may;
  };
  const result<cluster_deploy_result> done =
      put_back([&] { return on.reopen(0); }, release_of(on, *of, offer->share, *to), *to, how);
  if (!done) return done.error();
  deployed now{at, facts_of(done->record), {}, deployed_by::share, offer->share.text()};
  on.tell(now);
  if (!allowed) return now;
  const auto again = on.reopen(0);
  const status used = again ? use_up_in(*allowed, **again, home_place, approved_as) : status(again.error());
  if (used) return now;
  error why = used.error();
  why.kind = exit_class::cannot_save;
  return std::move(why).with("done", "the canary has its new share");
}

status end_canary(const canary_named& named, const cancellation* cancelled, const action_ports& on) {
  using namespace deliver_branch_canary;
  if (status may = on.may_begin(change::branch_end); !may) return may;
  // It was started in all clusters of the environment, and may be over in some of them.
  std::optional<error> is_over;
  bool ended = false;
  for (std::size_t at = 0; at < on.clusters; ++at) {
    const result<open_place> opened = on.open(at);
    if (!opened) return opened.error();
    const status one = end_in(*opened, named, cancelled, on);
    if (!one && one.error().what != nothing_runs) return one;
    ended = ended || one;
    if (!one) is_over = one.error();
  }
  return ended || !is_over ? status() : status(*std::move(is_over));
}

}  // namespace cicd
