// Helm 3 and 4 keep each revision of a release in a Secret (or ConfigMap) with the labels owner=helm and
// name=<release>, and mark all objects with the annotations meta.helm.sh/*; by these both are found.
#pragma once

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/helm_release.hpp>

namespace cicd {

namespace deliver_cluster_helm_release {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;

struct release_name {
  std::string namespace_name, name;
};

std::vector<release_name> names_in(const std::string& fact) {
  std::vector<release_name> names;
  for (const std::string& each : split(fact, ' '))
    if (const auto slash = each.find('/'); slash != each.npos)
      names.push_back({each.substr(0, slash), each.substr(slash + 1)});
  return names;
}

std::string text_of_release(const json& object) {
  const json& notes = object["metadata"]["annotations"];
  const std::string name = notes["meta.helm.sh/release-name"].text();
  if (name.empty()) return {};
  return notes["meta.helm.sh/release-namespace"].text(object["metadata"]["namespace"].text()) + '/' + name;
}

/// Kinds that charts have; a kind that we do not know or may not read is not looked through.
constexpr std::array<const char*, 15> kinds{"Deployment",
                                            "StatefulSet",
                                            "DaemonSet",
                                            "CronJob",
                                            "Service",
                                            "Ingress",
                                            "ConfigMap",
                                            "Secret",
                                            "ServiceAccount",
                                            "HorizontalPodAutoscaler",
                                            "PodDisruptionBudget",
                                            "NetworkPolicy",
                                            "PersistentVolumeClaim",
                                            "Role",
                                            "RoleBinding"};

bool is_planned(const cluster_plan& plan, const object_key& key) {
  return std::ranges::any_of(plan.objects, [&](const planned_object& one) {
    return one.key == key && one.kind != planned_object::what::remove;
  });
}

void add_left_behind(kubernetes::cluster& with,
                     const cluster_plan& plan,
                     const std::set<std::string>& releases,
                     std::vector<std::string>& to) {
  std::vector<std::string> left, unread;
  for (const char* kind : kinds) {
    const api_answer all = with.list(kind, plan.place.namespace_name, "app.kubernetes.io/managed-by=Helm");
    if (!all) unread.emplace_back(kind);
    for (const json& each : all.object["items"].elements()) {
      const object_key key{kind, each["metadata"]["namespace"].text(), each["metadata"]["name"].text()};
      if (releases.contains(text_of_release(each)) && !is_planned(plan, key))
        left.push_back(displayable(key.text()));
    }
  }
  if (!left.empty())
    to.push_back(fmt::format(
        "of the Helm release these are not in the declaration; they stay, and are no longer managed: {}",
        joined(left, ", ")));
  if (!unread.empty())
    to.push_back(fmt::format("whether the Helm release has more objects of these kinds may not be read: {}",
                             joined(unread, ", ")));
}

}  // namespace
}  // namespace deliver_cluster_helm_release

std::string helm_releases_in(const cluster_plan& plan) {
  std::set<std::string> releases;
  for (const planned_object& one : plan.objects)
    if (!one.managers.empty())
      if (std::string release = deliver_cluster_helm_release::text_of_release(one.live); !release.empty())
        releases.insert(std::move(release));
  return joined(std::vector<std::string>(releases.begin(), releases.end()), " ");
}

std::vector<std::string> helm_remarks(kubernetes::cluster& with, const cluster_plan& plan) {
  std::vector<std::string> remarks;
  const std::string fact = helm_releases_in(plan);
  if (fact.empty()) return remarks;
  std::set<std::string> releases;
  for (const deliver_cluster_helm_release::release_name& each :
       deliver_cluster_helm_release::names_in(fact)) {
    releases.insert(each.namespace_name + '/' + each.name);
    remarks.push_back(fmt::format(
        "Helm release {} is detached when this deploy has ended well: helm will not know it any more",
        displayable(each.name)));
  }
  deliver_cluster_helm_release::add_left_behind(with, plan, releases, remarks);
  return remarks;
}

result<std::vector<std::string>> detach_helm_releases(kubernetes::cluster& with,
                                                      const std::string& fact,
                                                      const std::string& subject) {
  using namespace deliver_cluster_helm_release;
  std::vector<std::string> lines;
  for (const release_name& release : names_in(fact)) {
    std::size_t revisions = 0;
    for (const char* kind : {"Secret", "ConfigMap"}) {
      const api_answer all = with.list(kind, release.namespace_name, "owner=helm,name=" + release.name);
      // Where no ConfigMap may be read, the release is in Secrets.
      if (!all && (revisions == 0 || std::string_view(kind) == "Secret"))
        return error_of(*all.failure, subject, {kind, release.namespace_name, ""},
                        "detach Helm release " + release.name)
            .with("state", "everything is deployed; helm uninstall would still delete it")
            .with("try", "deploy again once the right is there: only this is left to do");
      for (const json& each : all.object["items"].elements()) {
        const object_key key{kind, release.namespace_name, each["metadata"]["name"].text()};
        const json body = json().set("metadata", json().set("labels", json().set("owner", "cicd-detached")));
        if (const api_answer done = with.patch(key, "merge", body); !done)
          return error_of(*done.failure, subject, key, "detach Helm release " + release.name)
              .with("state", "everything is deployed; helm uninstall would still delete it");
        ++revisions;
      }
    }
    lines.push_back(
        fmt::format("Helm release {} is detached: its {} revision{} stay{} in namespace {} with the label "
                    "owner=cicd-detached, "
                    "which helm does not see; kubectl -n {} label secret -l owner=cicd-detached,name={} "
                    "owner=helm --overwrite "
                    "gives it back",
                    displayable(release.name), revisions, revisions == 1 ? "" : "s",
                    revisions == 1 ? "s" : "", release.namespace_name, release.namespace_name, release.name));
  }
  return lines;
}

}  // namespace cicd
