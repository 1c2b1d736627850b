// The deployment that is put back, chosen and checked, then put back in one cluster after the other.
#pragma once

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/policy/hold.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/deliver/rollback.hpp>

namespace cicd {

namespace deliver_rollback {
namespace {

bool is_meant(const deployment_record& record, const std::string& to) {
  if (to == record.id || to == record.version || to == std::to_string(record.generation)
      || to == "#" + std::to_string(record.generation))
    return true;
  for (const auto& [name, image] : record.images)
    if (to == image.tag || to == oci_text(image.manifest)
        || (to.size() >= 12 && oci_text(image.manifest).starts_with(to)))
      return true;
  return false;
}

/// Whether it is this deployment that runs, as far as what is kept tells.
bool runs_now(const deployment_record& kept, const cluster_state& now) {
  if (!now.record) return false;
  if (now.record->outcome == "rolled-back") return now.record->id == kept.id;
  return now.record->outcome == "deployed" && now.record->generation == kept.generation;
}

/// The deployment to go back to: the one that is named, or the one before what runs, whatever differed.
std::optional<past_deployment> meant(const std::vector<past_deployment>& past,
                                     const cluster_state& now,
                                     const std::string& to) {
  auto at = past.begin();
  if (to.empty()) {
    const auto running =
        std::ranges::find_if(past, [&](const past_deployment& each) { return runs_now(each.record, now); });
    if (running != past.end()) at = running + 1;
  } else {
    at = std::ranges::find_if(past, [&](const past_deployment& each) { return is_meant(each.record, to); });
  }
  return at == past.end() ? std::nullopt : std::optional(*at);
}

/// What it needs to run again.
status check_images(const action_ports& on, const rollback_ports& ports, const deployment_record& record) {
  for (const image& each : on.pipeline->declared.images) {
    const auto kept = record.images.find(each.name.str());
    if (kept == record.images.end()) continue;
    const result<std::optional<digest>> there = ports.resolve(each, kept->second.tag);
    if (!there) return there.error();
    if (*there && **there == kept->second.manifest) continue;
    return error{exit_class::remote,
                 on.subject(),
                 *there ? "the tag of that deployment's image names another image now"
                        : "the image of that deployment is no longer in its registry",
                 kept->second.reference,
                 {{"try", "another --to, or deploy the commit again so that it is built"}}};
  }
  return {};
}

/// The release of a past deployment, as one of now.
wanted_release release_of(const deployment_record& to,
                          const action_ports& on,
                          const cluster_place& place,
                          const std::string& me) {
  wanted_release about;
  about.pipeline = on.pipeline;
  about.where = on.place;
  about.place = place;
  release_draft made = draft_of(to, *on.place);
  about.facts = std::move(made.facts);
  about.record = std::move(made.record);
  about.record.id = on.id;
  about.record.who = me;
  about.record.when = on.time->now();
  return about;
}

/// Puts it back in one cluster and holds further deploys there; gives what is recorded.
result<deployment_record> roll_back_in(std::size_t cluster,
                                       const std::string& wanted,
                                       const rollback_request& request,
                                       const action_ports& on,
                                       const rollback_ports& ports) {
  result<open_place> opened = on.open(cluster);
  if (!opened) return std::move(opened).error();
  const cluster_place place = opened->place;
  const result<cluster_state> now = read_cluster_state(*opened->with, place);
  if (!now) return now.error();
  const result<std::vector<past_deployment>> past = past_deployments(*opened->with, place);
  if (!past) return past.error();
  const result<past_deployment> to = deployment_to_put_back(*past, *now, wanted, on.subject());
  if (!to) return to.error();
  const auto ask = [&](const std::optional<deployment_hold>& hold) {
    return on.may(change::rollback, {.hold = hold, .version = to->record.version});
  };
  const result<permit> allowed = ask(now->hold);
  if (!allowed) return allowed.error();
  if (status there = check_images(on, ports, to->record); !there) return std::move(there).error();
  const changed_place at = on.at(*opened->with);
  on.tell(rollback_started{at, facts_of(to->record)});
  opened->with.reset();

  const std::string me = on.who();
  wanted_release about = release_of(to->record, on, place, me);
  about.record.source = ports.source(now->record);
  cluster_deploy_options how;
  how.holder = fmt::format("{}, rollback {}", me, on.id);
  how.cancelled = request.cancelled;
  how.say = [&](const std::string& text) { on.tell(step_message{on.subject(), text}); };
  how.rolls_back = false;
  how.may = [&](const cluster_plan& plan) { return ask(plan.before.hold); };
  const result<cluster_deploy_result> done =
      put_back([&] { return on.reopen(cluster); }, std::move(about), *to, how);
  if (!done) return done.error();
  on.tell(deployed{at, facts_of(done->record), request.reason, deployed_by::rollback});

  const auto again = on.reopen(cluster);
  if (!again) return again.error();
  const std::string left = now->record ? now->record->version : std::string();
  const std::string& version = to->record.version;
  const bool holds_version = request.version_only && left != version;
  const deployment_hold hold{me, request.reason.empty() ? "rollback to " + version : request.reason,
                             holds_version ? left : std::string(), on.time->now()};
  if (status kept = change_hold(*allowed, **again, place, hold); !kept) return std::move(kept).error();
  on.tell(held{at, hold.who, hold.reason, hold.version, hold.when});
  return to->record;
}

}  // namespace
}  // namespace deliver_rollback

result<std::string> roll_back(const rollback_request& request,
                              const action_ports& on,
                              const rollback_ports& ports) {
  if (status can = check_way(on.subject(), on.place->via, way_feature::rollback,
                             "this environment cannot be put back by this command",
                             "revert the commit in the manifest repository: git revert");
      !can)
    return std::move(can).error();
  if (status may = on.may_begin(change::rollback); !may) return std::move(may).error();
  // One and the same deployment in all clusters: it has one id in all of them.
  std::string wanted = request.to, version;
  for (std::size_t cluster = 0; cluster < on.clusters; ++cluster) {
    const result<deployment_record> done =
        deliver_rollback::roll_back_in(cluster, wanted, request, on, ports);
    if (!done) return done.error();
    version = done->version;
    if (wanted.empty()) wanted = done->id;
  }
  return version;
}

std::string line_of(const deployment_facts& of) {
  return fmt::format("#{} {} of {} by {}", of.generation, of.version, utc_text(of.when), of.who);
}

result<past_deployment> deployment_to_put_back(const std::vector<past_deployment>& past,
                                               const cluster_state& now,
                                               const std::string& to,
                                               const std::string& subject) {
  using namespace deliver_rollback;
  std::vector<std::string> there;
  for (const past_deployment& each : past) there.push_back(line_of(facts_of(each.record)));
  const std::optional<past_deployment> found = meant(past, now, to);
  if (found && found->objects.empty())
    return error{exit_class::usage,
                 subject,
                 "that deployment cannot be put back: its objects were too large to keep",
                 found->record.version,
                 {{"try", "deploy its commit again"}}};
  if (found) return *found;
  if (to.empty())
    return error{exit_class::usage,
                 subject,
                 "there is nothing to go back to: no earlier deployment is kept",
                 {},
                 {{"there", there.empty() ? "none" : joined(there, "; ")},
                  {"try", "deploy the commit that is to run again"}}};
  return error{
      exit_class::usage, subject, "no deployment with that version, digest or number is kept", to, {}}
      .with("allowed", there.empty() ? "none is kept" : joined(there, "; "));
}

}  // namespace cicd
