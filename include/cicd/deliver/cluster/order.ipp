// See order.hpp.
#pragma once

#include <algorithm>

#include <cicd/deliver/cluster/order.hpp>
#include <cicd/deliver/cluster/selector.hpp>

namespace cicd {

namespace deliver_cluster_order {
namespace {

using what = planned_object::what;

bool shares_host(const json& one, const json& other) {
  return std::ranges::any_of(one["spec"]["rules"].elements(), [&](const json& mine) {
    return std::ranges::any_of(other["spec"]["rules"].elements(), [&](const json& theirs) {
      return mine["host"].text() == theirs["host"].text();
    });
  });
}

const json& pod_labels(const json& workload) {
  return workload["spec"]["template"]["metadata"]["labels"];
}

/// The workload whose pods this map shall select; null where the plan has none.
const planned_object* selected_by(const json& selector,
                                  const std::string& in,
                                  const std::vector<planned_object>& objects) {
  const auto found = std::ranges::find_if(objects, [&](const planned_object& one) {
    return kubernetes::is_workload(one.key.kind) && one.key.namespace_name == in
           && map_takes(selector, pod_labels(one.wanted));
  });
  return found == objects.end() ? nullptr : &*found;
}

json with_selector(const json& service, const json& selector) {
  json made = service, spec = service["spec"];
  spec.set("selector", selector);
  made.set("spec", std::move(spec));
  return made;
}

void order_selector(planned_object& service, const std::vector<planned_object>& objects) {
  const json &before = service.live["spec"]["selector"], &after = service.wanted["spec"]["selector"];
  // A selector with fewer labels takes the pods that run, too.
  if (before.members().empty() || after.members().empty() || map_takes(after, before)) return;
  const planned_object* workload = selected_by(after, service.key.namespace_name, objects);
  if (workload == nullptr || workload->kind == what::same) return;
  if (!workload->live.is_null() && map_takes(after, pod_labels(workload->live))) return;
  service.last = true;
  const bool rolls = workload->kind == what::change && !workload->anew;
  if (rolls && !map_takes(before, pod_labels(workload->wanted)))
    service.until_last = with_selector(service.wanted, workload->wanted["spec"]["selector"]["matchLabels"]);
}

}  // namespace
}  // namespace deliver_cluster_order

void order_hosts(std::vector<planned_object>& objects, const std::vector<planned_object>& removals) {
  for (planned_object& one : objects) {
    if (one.key.kind != "Ingress") continue;
    for (const planned_object& other : removals)
      if (other.key.kind == "Ingress" && deliver_cluster_order::shares_host(one.wanted, other.live)) {
        one.last = true;
        one.instead_of = other.key;
      }
  }
}

void order_selectors(std::vector<planned_object>& objects) {
  for (planned_object& one : objects)
    if (one.key.kind == "Service" && one.kind == planned_object::what::change)
      deliver_cluster_order::order_selector(one, objects);
}

bool is_host_taken(const kubernetes::api_failure& failure) {
  return failure.message.find("is already defined in ingress") != std::string::npos;
}

}  // namespace cicd
