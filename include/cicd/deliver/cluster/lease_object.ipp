// The members of a Lease. See lease_object.hpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/lease_object.hpp>

namespace cicd {

namespace deliver_cluster_lease_object {
namespace {

std::string micro_time(const clock& time) {
  std::string text = utc_text_with_milliseconds(time.now());
  if (text.ends_with('Z')) text.insert(text.size() - 1, "000");
  return text;
}

}  // namespace
}  // namespace deliver_cluster_lease_object

json lease_of(const lease_place& place,
              const json& before,
              const std::string& holder,
              std::chrono::seconds lasts,
              const clock& time) {
  using deliver_cluster_lease_object::micro_time;
  const json& old = before["spec"];
  const bool changes_hands = old["holderIdentity"].text() != holder;
  json metadata(json::object{});
  metadata.set("name", place.name);
  metadata.set("namespace", place.namespace_name);
  // A write replaces the whole object: what others put on it is written again.
  for (const char* member : {"resourceVersion", "labels", "annotations", "finalizers", "ownerReferences"})
    if (const json& there = before["metadata"][member]; !there.is_null()) metadata.set(member, there);
  json spec(json::object{});
  spec.set("holderIdentity", holder);
  spec.set("leaseDurationSeconds", std::int64_t{lasts.count()});
  spec.set("acquireTime", changes_hands ? json(micro_time(time)) : old["acquireTime"]);
  spec.set("renewTime", micro_time(time));
  spec.set("leaseTransitions",
           old["leaseTransitions"].integer() + (changes_hands && !before.is_null() ? 1 : 0));
  json lease(json::object{});
  lease.set("apiVersion", "coordination.k8s.io/v1");
  lease.set("kind", "Lease");
  lease.set("metadata", std::move(metadata));
  lease.set("spec", std::move(spec));
  return lease;
}

}  // namespace cicd
