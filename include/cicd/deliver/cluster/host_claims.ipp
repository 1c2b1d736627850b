// The hosts of a plan's Ingresses, looked up among those of the cluster.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/host_claims.hpp>
#include <cicd/kubernetes/api/deletion.hpp>

namespace cicd {

namespace deliver_cluster_host_claims {
namespace {

using what = planned_object::what;

std::set<std::string> hosts_to_come(const cluster_plan& plan) {
  std::set<std::string> hosts;
  for (const planned_object& one : plan.objects)
    if (one.key.kind == "Ingress" && (one.kind == what::add || one.kind == what::change))
      for (const json& rule : one.wanted["spec"]["rules"].elements()) hosts.insert(rule["host"].text());
  return hosts;
}

bool is_of_plan(const cluster_plan& plan, const json& object) {
  const kubernetes::object_key key{"Ingress", object["metadata"]["namespace"].text(),
                                   object["metadata"]["name"].text()};
  return std::ranges::any_of(plan.objects, [&](const planned_object& one) { return one.key == key; });
}

error claimed(const cluster_plan& plan, const json& by, const std::string& host) {
  const bool goes = kubernetes::is_being_deleted(by);
  return error{
      exit_class::conflict,
      plan.place.text(),
      "the host is claimed by another Ingress",
      host,
      {{"there",
        fmt::format("Ingress {} in namespace {}{}", displayable(by["metadata"]["name"].text()),
                    displayable(by["metadata"]["namespace"].text()), goes ? ", which is being deleted" : "")},
       {"try", goes ? "wait until it is gone" : "another HOST, or remove the host from that Ingress first"}}};
}

}  // namespace
}  // namespace deliver_cluster_host_claims

status check_hosts(kubernetes::cluster& with, const cluster_plan& plan) {
  using namespace deliver_cluster_host_claims;
  const std::set<std::string> hosts = hosts_to_come(plan);
  if (hosts.empty()) return {};
  kubernetes::api_answer all = with.list("Ingress", "", "");
  if (!all) all = with.list("Ingress", plan.place.namespace_name, "");
  for (const json& each : all.object["items"].elements())
    for (const json& rule : each["spec"]["rules"].elements())
      if (hosts.contains(rule["host"].text()) && !is_of_plan(plan, each))
        return claimed(plan, each, rule["host"].text());
  return {};
}

}  // namespace cicd
