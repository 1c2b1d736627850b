// Holding and putting back where manifests are files: a change of the state is decided on what is there at
// that moment, and refused where that is not what was read.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/deliver/manifest_home.hpp>
#include <cicd/deliver/manifest_values.hpp>
#include <cicd/deliver/policy/hold.hpp>
#include <cicd/deliver/policy/source_check.hpp>

namespace cicd {

namespace deliver_manifest_home {
namespace {

/// Over the record and the state: what another writer changes.
std::string version_of(const manifest_state& now) {
  return hex(
      sha256((now.record ? compact(json_of(*now.record)) : std::string()) + '\n' + file_text(now.state)));
}

error written_meanwhile(const std::string& name) {
  return error{exit_class::conflict,
               name,
               "another process changed the state of this environment at the same moment",
               std::nullopt,
               {{"try", "run it again: it starts from what is there now"}}};
}

/// `approve orders/deploy-prod v2`, `withdraw the approval of orders/deploy-prod v2`; empty where approvals
/// are as they were.
std::string message_of_approvals(const environment_state& to, const environment_state& now) {
  const auto is_among = [](const deployment_approval& one, const std::vector<deployment_approval>& all) {
    return std::ranges::any_of(all, [&](const deployment_approval& each) {
      return compact(json_of(each)) == compact(json_of(one));
    });
  };
  for (const deployment_approval& each : to.approvals)
    if (!is_among(each, now.approvals))
      return fmt::format("approve {} {}\n\nreason: {}\nby: {}\n", each.step, each.version, each.reason,
                         each.who);
  for (const deployment_approval& each : now.approvals)
    if (!is_among(each, to.approvals))
      return fmt::format("withdraw the approval of {} {}\n\nby: {}\n", each.step, each.version, each.who);
  return {};
}

/// `hold orders in stage`, `release orders in stage`
std::string message_of(const environment_state& to, const manifest_state& now, const std::string& name) {
  if (std::string approvals = message_of_approvals(to, now.state); !approvals.empty()) return approvals;
  const std::string where =
      now.record ? fmt::format("{} in {}", now.record->pipeline, now.record->environment) : name;
  if (file_text({.hold = to.hold, .revert_released = to.revert_released})
      == file_text({.hold = now.state.hold, .revert_released = now.state.revert_released}))
    return fmt::format("{} of {}\n", to.announced == now.state.announced ? "health" : "messages", where);
  if (!to.hold) return fmt::format("release {}\n", where);
  return fmt::format("hold {}{}\n\nreason: {}\n", where,
                     to.hold->version.empty() ? "" : ", version " + to.hold->version, to.hold->reason);
}

/// That deployment, as one of now.
deployment_record record_of(const deployment_record& to,
                            const manifest_state& now,
                            const put_back_request& how) {
  deployment_record record = to;
  record.generation = (now.record ? now.record->generation : 0) + 1;
  record.id = how.id;
  record.who = how.by.who;
  record.when = how.by.when;
  record.outcome = "rolled-back";
  return record;
}

std::string message_of(const deployment_record& record, const put_back_request& how) {
  return fmt::format("put back {} {} in {}\n\nreason: {}\nby: {}\nrun: {}\n", record.pipeline, record.version,
                     record.environment, how.hold.reason, record.who, record.id);
}

class home : public environment_home {
 public:
  explicit home(manifest_store store) : store_(std::move(store)) {}

  std::string name() const override { return store_.name; }

  result<seen_environment> read() override {
    const result<manifest_state> now = store_.read();
    if (!now) return now.error();
    result<std::optional<hand_revert>> reverted = revert_of(*now);
    if (!reverted) return std::move(reverted).error();
    return seen_environment{now->record, now->state, *std::move(reverted), version_of(*now)};
  }

  status write(const permit& allowed,
               const seen_environment& seen,
               environment_state to,
               const changed_by& by) override {
    return decide([&](const manifest_state& now) -> result<std::optional<decided_manifests>> {
      if (version_of(now) != seen.version) return written_meanwhile(store_.name);
      if (file_text(to) == file_text(now.state)) return std::optional<decided_manifests>{};
      wanted_manifests want = unchanged(now, by.who, by.when);
      want.state = to;
      want.message = message_of(to, now, store_.name);
      return std::optional{decided_manifests{std::move(want), allowed}};
    });
  }

  result<std::vector<kept_deployment>> past() override { return store_.past(); }

  status put_back(const deployment_record& to, const put_back_request& how) override {
    result<std::map<std::string, std::string>> files = store_.files_of(to);
    if (!files) return std::move(files).error();
    std::optional<deployment_record> recorded;
    status done = decide(
        [&](const manifest_state& now) -> result<std::optional<decided_manifests>> {
          result<wanted_manifests> want = rolled_back(to, *files, now, how);
          if (!want) return std::move(want).error();
          const result<permit> allowed = how.may(now.state.hold);
          if (!allowed) return allowed.error();
          recorded = want->record;
          return std::optional{decided_manifests{*std::move(want), *allowed}};
        },
        how.say);
    if (done && recorded) how.done(*recorded);
    return done;
  }

 private:
  status decide(const decide_manifests& what, const manifest_store::say_line& say = {}) {
    const result<bool> written = store_.write(what, say);
    return written ? status{} : status(written.error());
  }

  /// What is put back and the hold, as one change of what is there now.
  result<wanted_manifests> rolled_back(const deployment_record& to,
                                       const std::map<std::string, std::string>& files,
                                       const manifest_state& now,
                                       const put_back_request& how) const {
    wanted_manifests want{files, record_of(to, now, how), now.state, {}, how.by.who, how.by.when};
    want.state.hold = how.hold;
    if (!how.place->write.empty()) {
      result<std::map<std::string, std::string>> onto =
          values_put_back(*how.pipeline, *how.place, to, files, now);
      if (!onto) {
        error failure = std::move(onto).error();
        failure.subject = how.pipeline->declared.name.str() + "/" + how.place->name.str();
        return failure;
      }
      want.files = *std::move(onto);
      want.record->manifests = digest_of_manifests(want.files);
    }
    want.message = message_of(*want.record, how);
    if (store_.is_embedded) return want;
    want.record->source = how.source(now.record);
    const std::string& place = how.place->name.str();
    if (status same = check_source(*how.pipeline, want.record->source, now.record,
                                   {how.pipeline->declared.name.str() + "/" + place, place});
        !same)
      return std::move(same).error();
    return want;
  }

  manifest_store store_;
};

}  // namespace
}  // namespace deliver_manifest_home

std::unique_ptr<environment_home> manifest_home(manifest_store store) {
  return std::make_unique<deliver_manifest_home::home>(std::move(store));
}

error not_kept(const std::string& name, const deployment_record& of) {
  return error{exit_class::conflict,
               name,
               "that deployment is not kept any more",
               of.version,
               {{"try", "run it again: it starts from what is there now"}}};
}

result<std::optional<hand_revert>> revert_of(const manifest_state& now) {
  if (!now.reverted) return std::optional<hand_revert>{};
  return now.reverted();
}

wanted_manifests unchanged(const manifest_state& now,
                           std::string who,
                           std::chrono::system_clock::time_point when) {
  return {now.files, now.record, now.state, {}, std::move(who), when};
}

}  // namespace cicd
