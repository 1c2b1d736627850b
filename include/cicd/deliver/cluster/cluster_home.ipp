// Reading and writing the ConfigMaps of an environment, and putting back what one of them keeps.
#pragma once

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/deliver/cluster/cluster_home.hpp>
#include <cicd/deliver/release_draft.hpp>

namespace cicd {

namespace deliver_cluster_cluster_home {
namespace {

/// The release of a past deployment, as one of now.
wanted_release release_of(const deployment_record& to,
                          const put_back_request& how,
                          const cluster_place& place) {
  wanted_release about;
  about.pipeline = how.pipeline;
  about.where = how.place;
  about.place = place;
  release_draft made = draft_of(to, *how.place);
  about.facts = std::move(made.facts);
  about.record = std::move(made.record);
  about.record.id = how.id;
  about.record.who = how.by.who;
  about.record.when = how.by.when;
  return about;
}

class home : public environment_home {
 public:
  home(std::unique_ptr<kubernetes::cluster> with, cluster_place place, open_cluster reopen)
      : with_(std::move(with)), place_(std::move(place)), reopen_(std::move(reopen)), name_(with_->name()) {}

  std::string name() const override { return name_; }

  result<seen_environment> read() override {
    if (status opened = open(); !opened) return std::move(opened).error();
    result<cluster_state> state = read_cluster_state(*with_, place_);
    if (!state) return std::move(state).error();
    return seen_environment{state->record, remembered_in(*state), {}, state->resource_version};
  }

  result<std::string> user() override {
    if (status opened = open(); !opened) return std::move(opened).error();
    return identity_in(*with_);
  }

  status write(const permit&,
               const seen_environment& seen,
               environment_state to,
               const changed_by&) override {
    if (status opened = open(); !opened) return opened;
    result<cluster_state> now = read_cluster_state(*with_, place_);
    if (!now) return std::move(now).error();
    now->hold = std::move(to.hold);
    now->approvals = std::move(to.approvals);
    now->health = std::move(to.health);
    now->announced = std::move(to.announced);
    now->resource_version = seen.version;
    return write_cluster_state(*with_, place_, *now);
  }

  result<std::vector<kept_deployment>> past() override {
    if (status opened = open(); !opened) return std::move(opened).error();
    result<std::vector<past_deployment>> kept = past_deployments(*with_, place_);
    if (!kept) return std::move(kept).error();
    std::vector<kept_deployment> all;
    for (past_deployment& each : *kept)
      all.push_back({std::move(each.record),
                     each.objects.empty() ? "its objects were too large to keep" : std::string()});
    return all;
  }

  status put_back(const deployment_record& to, const put_back_request& how) override;

 private:
  status open() {
    if (with_) return {};
    result<std::unique_ptr<kubernetes::cluster>> opened = reopen_();
    if (!opened) return std::move(opened).error();
    with_ = *std::move(opened);
    return {};
  }
  result<past_deployment> kept(const deployment_record& wanted);

  std::unique_ptr<kubernetes::cluster> with_;
  const cluster_place place_;
  const open_cluster reopen_;
  const std::string name_;
};

result<past_deployment> home::kept(const deployment_record& wanted) {
  if (status opened = open(); !opened) return std::move(opened).error();
  result<std::vector<past_deployment>> all = past_deployments(*with_, place_);
  if (!all) return std::move(all).error();
  for (past_deployment& each : *all)
    if (each.record.generation == wanted.generation && each.record.id == wanted.id) return std::move(each);
  return error{exit_class::conflict,
               place_.text(),
               "that deployment is not kept any more",
               wanted.version,
               {{"try", "run it again: it starts from what is there now"}}};
}

status home::put_back(const deployment_record& to, const put_back_request& how) {
  const result<past_deployment> objects = kept(to);
  if (!objects) return objects.error();
  const result<cluster_state> now = read_cluster_state(*with_, place_);
  if (!now) return now.error();
  with_.reset();
  wanted_release about = release_of(to, how, place_);
  about.record.source = how.source(now->record);
  about.gates = now->gates;
  std::optional<permit> allowed;
  cluster_deploy_options options;
  options.holder = fmt::format("{}, rollback {}", how.by.who, how.id);
  options.cancelled = how.cancelled;
  options.say = how.say;
  options.rolls_back = false;
  options.may = [&](const cluster_plan& plan) {
    result<permit> may = how.may(plan.before.hold);
    if (may) allowed = *may;
    return may;
  };
  const result<cluster_deploy_result> done = cicd::put_back(reopen_, std::move(about), *objects, options);
  if (!done) return done.error();
  how.done(done->record);
  result<seen_environment> seen = read();
  if (!seen) return std::move(seen).error();
  environment_state held = seen->state;
  held.hold = how.hold;
  return write(*allowed, *seen, std::move(held), how.by);
}

}  // namespace
}  // namespace deliver_cluster_cluster_home

std::unique_ptr<environment_home> cluster_home(std::unique_ptr<kubernetes::cluster> with,
                                               cluster_place place,
                                               open_cluster reopen) {
  return std::make_unique<deliver_cluster_cluster_home::home>(std::move(with), std::move(place),
                                                              std::move(reopen));
}

}  // namespace cicd
