// Rights by purpose. A dry run is judged by the API server like the real thing, so planning needs the same
// verbs as applying; what a plan never does is to remove, to write its own records and to lock.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/kinds.hpp>
#include <cicd/kubernetes/render/rbac.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_rbac {

class collector {
 public:
  void add(std::string_view group,
           std::string_view resource,
           std::initializer_list<std::string_view> verbs,
           right like = {}) {
    for (const std::string_view verb : verbs) {
      right one = like;
      one.group = group;
      one.resource = resource;
      one.verb = verb;
      all_.insert(std::move(one));
    }
  }

  /// What is done in namespaces that are not there yet needs rights in all.
  void widen() {
    std::set<right> wide;
    for (right each : all_) {
      each.is_cluster_wide = true;
      wide.insert(std::move(each));
    }
    all_ = std::move(wide);
  }

  /// A right on some names, or one that only helps, is no more than a part of the same without these bounds.
  std::vector<right> sorted() const {
    std::vector<right> kept;
    for (const right& each : all_) {
      const auto covers = [&](const right& other) {
        return other.group == each.group && other.resource == each.resource && other.verb == each.verb
               && other.is_cluster_wide == each.is_cluster_wide && &other != &each
               && ((other.names.empty() && !each.names.empty())
                   || (other.names == each.names && other.is_needed && !each.is_needed));
      };
      if (std::none_of(all_.begin(), all_.end(), covers)) kept.push_back(each);
    }
    return kept;
  }

 private:
  std::set<right> all_;
};

/// Of a kind that we do not know its usual plural.
inline kind_facts facts_of(const json& object) {
  const std::string kind = object["kind"].text();
  if (const kind_facts* known = kind_named(object_key::of(object).kind)) return *known;
  std::string plural = lower(kind);
  plural += plural.ends_with('s') ? "es" : "s";
  return {kind, object["apiVersion"].text(), plural};
}

inline void add_objects(collector& to, purpose of, const rights_request& request) {
  for (const json& each : request.objects) {
    const kind_facts kind = facts_of(each);
    const right like{.group = {}, .resource = {}, .verb = {}, .is_cluster_wide = !kind.namespaced};
    const std::string group(group_of(kind.api_version));
    to.add(group, kind.plural, {"get", "create", "patch"}, like);
    if (of != purpose::plan && !kind.guarded) to.add(group, kind.plural, {"delete"}, like);
    if (kind.kind == "Deployment" || kind.kind == "StatefulSet")
      if (of != purpose::plan) to.add(group, kind.plural, {"list", "watch"}, like);
    if (kind.kind == "Ingress" || kind.kind == "CronJob") to.add(group, kind.plural, {"list"}, like);
  }
}

inline void add_configuration(collector& to, const rights_request& request) {
  const right helps{.group = {}, .resource = {}, .verb = {}, .is_needed = false};
  for (const std::string& each : request.read) {
    right one = helps;
    one.names = {each.substr(each.find('/') + 1)};
    to.add("", each.starts_with("config/") ? "configmaps" : "secrets", {"get"}, one);
  }
}

/// A host or a cron job's image may be used in any namespace; without the right only the own one is looked
/// at.
inline void add_looks(collector& to, const rights_request& request) {
  const right helps{.group = {}, .resource = {}, .verb = {}, .is_needed = false, .is_cluster_wide = true};
  right own = helps;
  own.names = {request.namespace_name};
  to.add("", "namespaces", {"get"}, own);
  for (const json& each : request.objects) {
    if (each["kind"].text() == "Ingress")
      for (const char* resource : {"ingresses", "ingressclasses"})
        to.add("networking.k8s.io", resource, {"list"}, helps);
    if (each["kind"].text() == "CronJob") to.add("batch", "cronjobs", {"list"}, helps);
  }
}

inline void add_records(collector& to, purpose of) {
  to.add("", "configmaps", {"get", "list"});
  if (of == purpose::plan) return;
  to.add("", "configmaps", {"create", "update", "patch", "delete"});
  to.add("coordination.k8s.io", "leases", {"get", "create", "update", "patch", "delete"});
}

inline void add_watching(collector& to, const rights_request& request) {
  to.add("", "pods", {"get", "list", "watch"});
  to.add("apps", "replicasets", {"get", "list", "watch"});
  const right helps{.group = {}, .resource = {}, .verb = {}, .is_needed = false};
  to.add("", "events", {"list", "watch"}, helps);
  to.add("", "pods/log", {"get"}, helps);
  // Where a selector changes: whether the Service has the new pods, and the end of the old ones.
  to.add("discovery.k8s.io", "endpointslices", {"list"}, helps);
  to.add("apps", "replicasets", {"delete"}, helps);
  if (request.runs_jobs) to.add("batch", "jobs", {"get", "list", "watch", "create", "delete"});
  if (request.takes_over_from_helm) {
    to.add("", "secrets", {"list", "patch"});
    for (const json& each : request.objects) {
      const kind_facts kind = facts_of(each);
      if (kind.namespaced) to.add(std::string(group_of(kind.api_version)), kind.plural, {"list"}, helps);
    }
  }
}

/// Who could take a preview's pods by accident is looked for among these.
inline void add_preview(collector& to) {
  for (const char* kind : {"Service", "PodDisruptionBudget", "NetworkPolicy", "Deployment", "ReplicaSet",
                           "StatefulSet", "HorizontalPodAutoscaler"}) {
    const kind_facts& facts = *kind_named(kind);
    to.add(std::string(group_of(facts.api_version)), facts.plural, {"list"});
  }
}

/// Rights of one kind and bounds, as a rule has them.
inline json::array rules_of(const std::vector<right>& all, bool cluster_wide) {
  std::map<std::pair<std::pair<std::string, std::vector<std::string>>, std::string>, std::vector<std::string>>
      verbs;
  for (const right& each : all)
    if (each.is_cluster_wide == cluster_wide)
      verbs[{{each.group, each.names}, each.resource}].push_back(each.verb);
  std::map<std::pair<std::pair<std::string, std::vector<std::string>>, std::vector<std::string>>,
           std::vector<std::string>>
      resources;
  for (const auto& [what, words] : verbs) resources[{what.first, words}].push_back(what.second);
  json::array rules;
  for (const auto& [what, names] : resources) {
    json rule = members_of("apiGroups", json_texts({what.first.first}), "resources", json_texts(names));
    if (!what.first.second.empty()) rule.set("resourceNames", json_texts(what.first.second));
    rule.set("verbs", json_texts(what.second));
    rules.push_back(std::move(rule));
  }
  return rules;
}

inline void add_role(std::vector<json>& to,
                     const std::string& name,
                     const std::string& namespace_name,
                     json::array rules) {
  if (rules.empty()) return;
  const std::string_view group = "rbac.authorization.k8s.io";
  const std::string prefix = namespace_name.empty() ? "Cluster" : "";
  json metadata = members_of("name", name);
  if (!namespace_name.empty()) metadata.set("namespace", namespace_name);
  to.push_back(members_of("apiVersion", "rbac.authorization.k8s.io/v1", "kind", prefix + "Role", "metadata",
                          metadata, "rules", std::move(rules)));
  json subject = members_of("kind", "Group", "name", name, "apiGroup", group);
  json role = members_of("apiGroup", group, "kind", prefix + "Role", "name", name);
  to.push_back(members_of("apiVersion", "rbac.authorization.k8s.io/v1", "kind", prefix + "RoleBinding",
                          "metadata", metadata, "subjects", list_of(std::move(subject)), "roleRef",
                          std::move(role)));
}

}  // namespace kubernetes_render_rbac

std::string_view word_for(purpose of) {
  if (of == purpose::plan) return "plan";
  return of == purpose::deploy ? "deploy" : "preview";
}

std::vector<right> rights_for(purpose of, const rights_request& request) {
  kubernetes_render_rbac::collector all;
  kubernetes_render_rbac::add_objects(all, of, request);
  kubernetes_render_rbac::add_configuration(all, request);
  kubernetes_render_rbac::add_looks(all, request);
  kubernetes_render_rbac::add_records(all, of);
  if (of != purpose::plan) kubernetes_render_rbac::add_watching(all, request);
  if (of == purpose::preview) kubernetes_render_rbac::add_preview(all);
  if (of == purpose::plan || !request.makes_namespaces) return all.sorted();
  const right wide{.group = {}, .resource = {}, .verb = {}, .is_cluster_wide = true};
  all.add("", "namespaces", {"get", "list", "create", "patch"}, wide);
  if (of == purpose::deploy) return all.sorted();
  all.add("", "namespaces", {"delete"}, wide);
  all.widen();
  return all.sorted();
}

std::vector<json> roles_for(purpose of, const rights_request& request) {
  const std::string name = fmt::format("cicd-{}-{}-{}", request.pipeline, request.environment, word_for(of));
  const std::vector<right> all = rights_for(of, request);
  std::vector<json> roles;
  kubernetes_render_rbac::add_role(roles, name, request.namespace_name,
                                   kubernetes_render_rbac::rules_of(all, false));
  kubernetes_render_rbac::add_role(roles, name, {}, kubernetes_render_rbac::rules_of(all, true));
  return roles;
}

}  // namespace cicd::kubernetes
