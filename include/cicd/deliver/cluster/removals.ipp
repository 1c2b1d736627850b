// The objects of the inventory that a plan no longer has: read, and removed or kept with a reason.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/object_source.hpp>
#include <cicd/deliver/cluster/removals.hpp>
#include <cicd/kubernetes/api/deletion.hpp>
#include <cicd/kubernetes/kinds.hpp>

namespace cicd {

namespace deliver_cluster_removals {
namespace {

using kubernetes::object_key;

std::vector<object_key> no_longer_planned(const cluster_plan& plan) {
  std::vector<object_key> gone;
  for (const object_key& each : plan.before.inventory)
    if (std::ranges::none_of(plan.objects, [&](const planned_object& one) { return one.key == each; }))
      gone.push_back(each);
  std::ranges::stable_sort(gone, std::greater<>{},
                           [](const object_key& each) { return kubernetes::order_of(each.kind); });
  return gone;
}

/// Empty where it may be removed.
std::string reason_to_keep(const wanted_release& wanted, const object_key& key, const json& live) {
  if (kubernetes::is_being_deleted(live))
    return fmt::format("{} is being deleted, and waits for {}", key.text(), kubernetes::held_by(live));
  const auto stays = [&](const std::string& why) { return fmt::format("{} stays: {}", key.text(), why); };
  const json& labels = live["metadata"]["labels"];
  if (labels["cicd.dev/pipeline"].text() != wanted.place.pipeline
      || labels["cicd.dev/environment"].text() != wanted.place.environment)
    return stays("it no longer has the labels of this environment");
  if (!check_object_source(wanted, key, live))
    return stays("it is of " + displayable(live["metadata"]["annotations"][source_annotation].text()));
  const kubernetes::kind_facts* kind = kubernetes::kind_named(key.kind);
  const std::string named = key.kind + "/" + key.name;
  const bool asked =
      std::ranges::any_of(wanted.where->prune, [&](const object_name& each) { return each.view() == named; });
  if (kind != nullptr && kind->guarded && !asked)
    return stays("such objects are removed only by name: PRUNE " + named);
  if (key.kind == "Job" && live["status"]["active"].integer() > 0) return stays("it still runs");
  return {};
}

}  // namespace
}  // namespace deliver_cluster_removals

planned_object removal_of(const kubernetes::object_key& key, json live) {
  planned_object one;
  one.kind = planned_object::what::remove;
  one.key = key;
  one.live = std::move(live);
  return one;
}

std::vector<planned_object> removals_of(kubernetes::cluster& with,
                                        const wanted_release& wanted,
                                        cluster_plan& plan) {
  using namespace deliver_cluster_removals;
  std::vector<object_key> gone = no_longer_planned(plan);
  if (gone.empty() || plan.objects.empty()) return {};
  const std::vector<kubernetes::api_answer> live = with.get_all(gone);
  for (std::size_t at = 0; at < gone.size(); ++at)
    if (live[at].failure && !live[at].is_missing()) {
      plan.unread = true;
      plan.kept.push_back(fmt::format("nothing is removed: {} could not be read ({})", gone[at].text(),
                                      displayable(live[at].failure->message)));
      plan.staying = std::move(gone);
      return {};
    }
  std::vector<planned_object> removals;
  for (std::size_t at = 0; at < gone.size(); ++at) {
    if (!live[at]) continue;
    std::string why = reason_to_keep(wanted, gone[at], live[at].object);
    if (why.empty()) {
      removals.push_back(removal_of(gone[at], live[at].object));
      continue;
    }
    plan.kept.push_back(std::move(why));
    plan.staying.push_back(gone[at]);
  }
  return removals;
}

}  // namespace cicd
