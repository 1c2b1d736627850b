// From a declaration to its objects: which there are, in the environment or for a branch, what alters them,
// and that no two are one. What each looks like is in workload_service.ipp, workload_cron_job.ipp and
// workload_pod_template.ipp.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/check/setting_values.hpp>
#include <cicd/declare/options/kinds.hpp>
#include <cicd/kubernetes/render/manifests.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/patches.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_objects {

/// An object of ours, and what a patch may call it beside its name: the same name wherever it is rendered.
struct rendered {
  object made;
  std::string stable_name;
  std::string from;  ///< for messages: `service api`
};

/// An account that pods share, with its role and who asked for it.
struct account {
  std::string role, from;
};

struct collection {
  const declared_pipeline& pipeline;
  const release_facts& facts;
  std::vector<rendered> all{};
  std::map<std::string, account> accounts{};
  std::vector<std::string> patches{};
};

inline std::string words_for(const workload& of) {
  return (of.scheduled ? "cron job " : "service ") + of.declared.name.str();
}

inline object object_from(json content) {
  std::string kind = content["kind"].text(), name = content["metadata"]["name"].text();
  std::string file = name + '.' + lower(kind) + ".yaml";
  return {std::move(kind), std::move(name), std::move(file), std::move(content)};
}

/// `suffix` of the name that an object of this workload has in the environment.
inline void add(collection& to, const workload& of, json content) {
  object made = object_from(std::move(content));
  std::string stable = of.stable_name;
  if (made.name.size() > of.name.size() && made.name.starts_with(of.name))
    stable += made.name.substr(of.name.size());
  to.all.push_back({std::move(made), std::move(stable), words_for(of)});
}

inline status add_account(collection& to, const workload& of) {
  if (of.declared.role.empty()) return {};
  const auto [held, is_new] =
      to.accounts.try_emplace(of.account, account{of.declared.role.str(), words_for(of)});
  if (is_new || held->second.role == of.declared.role.view()) return {};
  return refused(to.pipeline, of, "role", "the service account " + of.account + " cannot have two roles")
      .with(held->second.from, held->second.role)
      .with(words_for(of), of.declared.role.str())
      .with("try", "give one of them another SERVICE_ACCOUNT");
}

inline status add_common(collection& to, const workload& of) {
  for (const relative_path& each : of.declared.patch)
    if (std::find(to.patches.begin(), to.patches.end(), each.view()) == to.patches.end())
      to.patches.push_back(each.str());
  if (to.facts.on == track::canary) return {};
  if (status added = add_account(to, of); !added) return added;
  if (of.files.empty()) return {};
  result<json> files = files_object(to.pipeline, of, to.facts);
  if (!files) return std::move(files).error();
  add(to, of, std::move(*files));
  return {};
}

inline void add_reach(collection& to, const workload& of) {
  const bool has_ports = of.declared.port || !of.declared.ports.empty();
  if (has_ports) add(to, of, service_object(of));
  if (of.declared.stateful) add(to, of, headless_service(of));
  if (!of.hosts.empty()) add(to, of, ingress(of));
  if (!of.declared.allow_from.empty()) add(to, of, network_policy(of));
}

inline status add_workload(collection& to, service declared) {
  result<workload> of = workload_of(to.pipeline, std::move(declared), to.facts);
  if (!of) return std::move(of).error();
  const bool is_canary = to.facts.on == track::canary;
  if (is_canary && of->declared.stateful) not_checked(*of, "the canary of a STATEFUL service");
  add(to, *of, running(*of));
  if (of->replicas.scales()) add(to, *of, autoscaler(*of));
  if (of->disruptable) add(to, *of, disruption_budget(*of));
  if (!is_canary) add_reach(to, *of);
  return add_common(to, *of);
}

inline status add_workload(collection& to, const cron_job& declared) {
  result<workload> of = workload_of(to.pipeline, declared, to.facts);
  if (!of) return std::move(of).error();
  add(to, *of, cron_job_object(*of));
  return add_common(to, *of);
}

inline bool is_among(const std::vector<std::string>& names, dns_label name) {
  return std::find(names.begin(), names.end(), name.view()) != names.end();
}

inline bool is_wanted(const release_facts& facts, const service& of) {
  const auto& names = facts.of_branch.services;
  return facts.on == track::stable || (names.empty() && facts.on == track::preview)
         || is_among(names, of.name);
}

inline bool is_wanted(const release_facts& facts, const cron_job& of) {
  if (of.off) return false;
  return facts.on == track::stable
         || (facts.on == track::preview && is_among(facts.of_branch.cron_jobs, of.name));
}

/// A kind of workload has an `is_wanted` and an `add_workload` above.
inline status add_workloads(collection& to) {
  status added;
  declaring::each_kind([&]<typename T>() {
    if constexpr (declaring::has_pods<T>)
      for (T& each :
           declaring::all_as_in<T>(to.pipeline.declared, to.facts.environment, copy_named(to.facts.on)))
        if (added && is_wanted(to.facts, each)) added = add_workload(to, std::move(each));
  });
  return added;
}

/// A branch in the environment's namespace uses the environment's accounts; it never makes or removes them.
inline void add_accounts(collection& to) {
  if (to.accounts.empty() || (to.facts.on != track::stable && to.facts.of_branch.namespace_name.empty()))
    return;
  workload shared = whole_pipeline(to.pipeline, to.facts);
  for (const auto& [name, held] : to.accounts) {
    json metadata = metadata_of(shared, name);
    json annotations = metadata["annotations"];
    annotations.set("eks.amazonaws.com/role-arn", held.role);
    metadata.set("annotations", std::move(annotations));
    json content = members_of("apiVersion", "v1", "kind", "ServiceAccount", "metadata", std::move(metadata));
    to.all.push_back({object_from(std::move(content)), name, held.from});
  }
}

/// A namespace that an environment makes can be shared by pipelines: it bears nothing of one of them.
inline void add_namespace(collection& to) {
  const environment* place = environment_of(to.pipeline.declared, to.facts.environment);
  const std::string& own = to.facts.of_branch.namespace_name;
  const bool makes = place != nullptr && place->create_namespace && !place->namespace_name.empty();
  if (own.empty() && (!makes || to.facts.on != track::stable)) return;
  json metadata = members_of("name", place == nullptr ? std::string_view() : place->namespace_name.view(),
                             "labels", members_of("app.kubernetes.io/managed-by", "cicd"));
  if (!own.empty()) {
    workload shared = whole_pipeline(to.pipeline, to.facts);
    shared.namespace_name.clear();
    metadata = metadata_of(shared, own);
  }
  json content = members_of("apiVersion", "v1", "kind", "Namespace", "metadata", std::move(metadata));
  std::string name = content["metadata"]["name"].text();
  to.all.push_back({object_from(std::move(content)), std::move(name), "environment " + to.facts.environment});
}

inline error matches_nothing(const collection& in, const object_patch& patch) {
  std::vector<std::string> names;
  for (const rendered& each : in.all) names.push_back(each.made.kind + ' ' + each.made.name);
  const std::string wanted = patch.kind + ' ' + patch.name;
  error failure{.kind = exit_class::usage,
                .subject = patch.file,
                .what = "the patch is for an object that does not exist",
                .value = wanted,
                .notes = {}};
  if (const auto near = nearest(wanted, names)) failure.notes.push_back({"did you mean", *near});
  return std::move(failure).with("there are", joined(names, ", "));
}

/// In a branch not every object is there: its patch alters nothing then.
inline status apply_patch(collection& to, const object_patch& patch) {
  bool found = to.facts.on != track::stable;
  for (rendered& each : to.all) {
    if (each.made.kind != patch.kind || (each.made.name != patch.name && each.stable_name != patch.name))
      continue;
    found = true;
    result<json> after = patched(each.made.content, patch);
    if (!after) return std::move(after).error();
    each.made = object_from(std::move(*after));
  }
  if (!found) return matches_nothing(to, patch);
  return {};
}

inline status apply_patches(collection& to) {
  for (const std::string& file : to.patches) {
    const auto text = to.facts.files.find(file);
    if (text == to.facts.files.end())
      return error{.kind = exit_class::usage,
                   .subject = to.facts.pipeline,
                   .what = "there is no such file for PATCH below the source folder",
                   .value = file,
                   .notes = {}};
    result<std::vector<object_patch>> patches = patches_in(text->second, file);
    if (!patches) return std::move(patches).error();
    for (const object_patch& each : *patches)
      if (status applied = apply_patch(to, each); !applied) return applied;
  }
  return {};
}

inline status add_manifests(collection& to) {
  if (to.facts.on != track::stable || to.facts.manifests.empty()) return {};
  result<std::vector<manifest>> own = manifests_of(to.pipeline, to.facts);
  if (!own) return std::move(own).error();
  for (manifest& each : *own) to.all.push_back({std::move(each.content), {}, std::move(each.from)});
  return {};
}

/// Objects of one file name are of one kind and name, in one namespace.
inline status all_differ(const collection& in) {
  for (std::size_t at = 1; at < in.all.size(); ++at) {
    const rendered &one = in.all[at - 1], &other = in.all[at];
    if (one.made.file != other.made.file) continue;
    return error{
        .kind = exit_class::usage,
        .subject = in.facts.pipeline,
        .what = fmt::format("there would be two of {} {}", one.made.kind, one.made.name),
        .value = {},
        .notes = {{"one", one.from}, {"other", other.from}, {"try", "give one of them another name"}}};
  }
  return {};
}

inline status one_service_for_canary(const release_facts& facts) {
  if (facts.on != track::canary || facts.of_branch.services.size() == 1) return {};
  return error{.kind = exit_class::usage,
               .subject = facts.pipeline,
               .what = "a canary is of exactly one service",
               .value = joined(facts.of_branch.services, ", "),
               .notes = {{"try", "name it: pipeline_canary(… SERVICE <name>)"}}};
}

}  // namespace kubernetes_render_objects

result<std::vector<object>> objects_of(const declared_pipeline& pipeline, const release_facts& facts) {
  kubernetes_render_objects::collection all{pipeline, facts};
  if (status can = kubernetes_render_objects::one_service_for_canary(facts); !can)
    return std::move(can).error();
  all.all.reserve(4 * pipeline.declared.services.size());
  if (status added = kubernetes_render_objects::add_workloads(all); !added) return std::move(added).error();
  kubernetes_render_objects::add_accounts(all);
  if (facts.on != track::canary) kubernetes_render_objects::add_namespace(all);
  if (status applied = kubernetes_render_objects::apply_patches(all); !applied)
    return std::move(applied).error();
  if (status added = kubernetes_render_objects::add_manifests(all); !added) return std::move(added).error();
  std::stable_sort(all.all.begin(), all.all.end(),
                   [](const auto& a, const auto& b) { return a.made.file < b.made.file; });
  if (status differ = kubernetes_render_objects::all_differ(all); !differ) return std::move(differ).error();
  std::vector<object> rendered;
  rendered.reserve(all.all.size());
  for (kubernetes_render_objects::rendered& each : all.all) rendered.push_back(std::move(each.made));
  return rendered;
}

}  // namespace cicd::kubernetes
