// A workload from its declaration: which image it runs, what it is called in the environment or beside it for
// a branch, and its variables. What its pods hold is in workload_volumes.ipp and workload_containers.ipp.
#pragma once

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/check/setting_values.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/kubernetes/render/names.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_workload {

/// What the cluster knows of a pod: placeholder, variable that holds it inside a longer text, field.
struct pod_fact {
  std::string_view placeholder, variable, field;
};
inline constexpr pod_fact pod_facts[] = {{"node_ip", "CICD_NODE_IP", "status.hostIP"},
                                         {"node_name", "CICD_NODE_NAME", "spec.nodeName"},
                                         {"pod_ip", "CICD_POD_IP", "status.podIP"},
                                         {"pod_name", "CICD_POD_NAME", "metadata.name"},
                                         {"namespace", "CICD_NAMESPACE", "metadata.namespace"}};

/// Variables with their placeholders replaced. Kubernetes expands `$(NAME)` by variables that come before:
/// those that hold a pod's facts are first.
inline std::vector<variable> variables_of(const std::vector<assignment>& declared,
                                          placeholder_values values) {
  for (const pod_fact& fact : pod_facts)
    values.emplace(fact.placeholder, "$(" + std::string(fact.variable) + ')');
  std::vector<variable> variables;
  std::vector<std::string> used;
  for (const assignment& each : declared) {
    const auto whole = std::find_if(std::begin(pod_facts), std::end(pod_facts), [&](const pod_fact& fact) {
      return each.value.size() == fact.placeholder.size() + 2
             && each.value == '{' + std::string(fact.placeholder) + '}';
    });
    if (whole != std::end(pod_facts)) {
      variables.push_back({each.name.str(), {}, std::string(whole->field)});
      continue;
    }
    for (std::string& name : placeholders_in(each.value)) used.push_back(std::move(name));
    variables.push_back({each.name.str(), with_placeholders(each.value, values)});
  }
  std::vector<variable> first;
  for (const pod_fact& fact : pod_facts)
    if (std::find(used.begin(), used.end(), fact.placeholder) != used.end())
      first.push_back({std::string(fact.variable), {}, std::string(fact.field)});
  first.insert(first.end(), std::make_move_iterator(variables.begin()),
               std::make_move_iterator(variables.end()));
  return first;
}

/// Names longer than these make Kubernetes fail later: a cron job's runs and a stateful set's revisions get a
/// suffix.
inline std::size_t longest_name(const workload& of) {
  return of.scheduled || of.declared.stateful ? 52 : 63;
}

inline void add_names(workload& of, const declared_pipeline& pipeline, const release_facts& facts) {
  const std::size_t most = longest_name(of);
  of.stable_name = name_in_environment(pipeline.declared.name.view(), of.declared, most);
  of.name = of.stable_name;
  if (facts.on == track::preview) of.name = branch_object_name(of.stable_name, facts.of_branch.branch, most);
  if (facts.on == track::canary)
    of.name = branch_object_name(of.stable_name + "-canary", facts.of_branch.branch, most);
  if (const environment* place = environment_of(pipeline.declared, facts.environment))
    of.namespace_name = place->namespace_name.str();
  if (!facts.of_branch.namespace_name.empty()) of.namespace_name = facts.of_branch.namespace_name;
  // Accounts are the environment's also for a branch, since the trust of a role names the account.
  if (!of.declared.service_account.empty())
    of.account = of.declared.service_account.str();
  else if (!of.declared.role.empty())
    of.account = of.stable_name;
}

inline json labels_in(const std::vector<annotation>& pairs) {
  json::object labels;
  for (const annotation& each : pairs) labels.emplace_back(each.key.view(), each.value);
  return json(std::move(labels));
}

/// SELECTOR and SERVICE_SELECTOR are those of the environment's own pods.
inline void add_requests(workload& of, const release_facts& facts) {
  of.requests_to = members_of(traffic_label, of.traffic);
  if (facts.on == track::preview) return;
  const auto& wanted =
      of.declared.service_selector.empty() ? of.declared.selector : of.declared.service_selector;
  if (!wanted.empty()) of.requests_to = labels_in(wanted);
  if (facts.on == track::stable && !of.declared.selector.empty())
    of.selector = labels_in(of.declared.selector);
}

/// A name holds no full stop, so that pipeline `a-b` with service `c` never selects the pods of `a` with
/// `b-c`.
inline void add_selectors(workload& of, const declared_pipeline& pipeline, const release_facts& facts) {
  const std::string pair = pipeline.declared.name.str() + '.' + of.declared.name.str();
  const std::string branch = facts.of_branch.branch;
  of.pods_of = label_value(facts.on == track::preview ? pair + '.' + short_hash(branch) : pair);
  if (of.runs_once) return;
  of.traffic = of.pods_of;
  const char* on = facts.on == track::stable ? "stable" : facts.on == track::preview ? "preview" : "canary";
  of.selector = members_of(workload_label, of.pods_of, track_label, on);
  if (facts.on == track::canary) of.selector.set(std::string(branch_label), branch_key(branch));
  add_requests(of, facts);
}

inline bool has_port(const pipeline& declared, std::string_view name) {
  return std::any_of(declared.services.begin(), declared.services.end(),
                     [&](const service& call) { return call.name.view() == name && call.port; });
}

/// The service that has the preview's host as it is: the first one with a port.
inline std::string first_with_port(const pipeline& declared, const std::vector<std::string>& wanted) {
  for (const std::string& each : wanted)
    if (has_port(declared, each)) return each;
  if (!wanted.empty()) return {};
  for (const service& each : declared.services)
    if (has_port(declared, each.name.view())) return each.name.str();
  return {};
}

/// In a preview the others have a host only where they have one in the environment: nothing internal is
/// shown.
inline std::vector<std::string> hosts_of(const workload& of,
                                         const declared_pipeline& pipeline,
                                         const release_facts& facts,
                                         const placeholder_values& values) {
  std::vector<std::string> hosts;
  if (facts.on != track::preview) {
    for (const host_name each : of.declared.host) hosts.push_back(with_placeholders(each.view(), values));
    return hosts;
  }
  const std::string& own = facts.of_branch.host;
  if (of.runs_once || !of.declared.port || own.empty()) return hosts;
  if (of.declared.name.view() == first_with_port(pipeline.declared, facts.of_branch.services))
    hosts.push_back(own);
  else if (!of.declared.host.empty())
    hosts.push_back(of.declared.name.str() + '-' + own);
  return hosts;
}

/// What `{host}` stands for, see `host_of`.
inline std::string main_host(const std::vector<std::string>& hosts) {
  const auto found =
      std::ranges::find_if_not(hosts, [](const std::string& each) { return each.starts_with("*."); });
  return found == hosts.end() ? std::string() : *found;
}

/// How pods end, and how many there are.
inline void add_numbers(workload& of, const release_facts& facts) {
  const service& declared = of.declared;
  constexpr std::int64_t usual_drain = 5;
  const bool has_room = !declared.grace || declared.grace.whole_seconds() > usual_drain;
  const bool drains = declared.drain || (declared.port && has_room && facts.server_minor != 0);
  if (!of.runs_once && drains && (facts.server_minor == 0 || facts.server_minor >= drain_minor))
    of.drain = declared.drain ? declared.drain.whole_seconds() : usual_drain;
  of.grace = declared.grace ? declared.grace.whole_seconds() : std::max<std::int64_t>(30, of.drain + 25);
  of.replicas = declared.replicas ? declared.replicas : replica_range(1);
  if (facts.on != track::stable) of.replicas = replica_range::from(std::to_string(facts.of_branch.replicas));
  of.is_stable = facts.on == track::stable;
  of.disruptable = of.is_stable && of.replicas.least() >= 2 && declared.disruptions.view() != "off";
}

inline const image_facts* facts_of(const release_facts& facts, const image& of) {
  const auto found = facts.images.find(of.name.str());
  return found == facts.images.end() ? nullptr : &found->second;
}

/// A reference whose digest is in it never changes by itself.
inline status add_further(workload& of,
                          const declared_pipeline& pipeline,
                          const release_facts& facts,
                          const placeholder_values& values) {
  for (const container& each : containers_in(pipeline.declared, facts.environment, copy_named(facts.on))) {
    const auto& owners = each.of;
    if (std::find(owners.begin(), owners.end(), of.declared.name) == owners.end()) continue;
    further_container further{each, of.image, of.reference, variables_of(each.env, values)};
    if (!each.image.empty()) {
      further.image = image_named(pipeline.declared, each.image.view());
      const image_facts* released = further.image == nullptr ? nullptr : facts_of(facts, *further.image);
      if (further.image == nullptr && each.image.view().find("@sha256:") == std::string_view::npos)
        not_checked(of, "the image of container " + each.name.str());
      if (further.image != nullptr && released == nullptr)
        return refused(pipeline, of, "containers",
                       "no digest is known for the image of container " + each.name.str())
            .with("try", "publish the image first: " + facts.pipeline + ".publish");
      further.reference = released == nullptr ? each.image.str() : released->reference;
    }
    of.beside.push_back(std::move(further));
  }
  return {};
}

inline void add_pod_annotations(workload& of, const release_facts& facts, const placeholder_values& values) {
  of.pod_annotations = of.annotations;
  for (const annotation& each : of.declared.annotations)
    of.pod_annotations.set(each.key.str(), with_placeholders(each.value, values));
  std::string read;
  for (const config_file& each : of.files)
    if (const auto found = facts.files.find(each.from); found != facts.files.end())
      read += each.key + '=' + hex(sha256(found->second)) + '\n';
  for (const std::string& each : read_by(of.declared, of.beside))
    if (const auto found = facts.config_digests.find(each); found != facts.config_digests.end())
      read += each + '=' + found->second + '\n';
  if (!read.empty()) of.pod_annotations.set("cicd.dev/config", hex(sha256(read)).substr(0, 32));
}

inline result<workload> completed(workload of,
                                  const declared_pipeline& pipeline,
                                  const release_facts& facts) {
  of.image = image_named(pipeline.declared, of.declared.image.view());
  if (of.image == nullptr) not_checked(of, "its image");
  const image_facts* released = facts_of(facts, *of.image);
  if (released == nullptr)
    return refused(pipeline, of, "image", "no digest is known for its image")
        .with("try", "publish the image first: " + facts.pipeline + ".publish");
  of.reference = released->reference;
  add_names(of, pipeline, facts);
  add_selectors(of, pipeline, facts);
  add_numbers(of, facts);
  placeholder_values values = placeholders_of(*released, facts);
  // The host first, since the variables may name it.
  of.hosts = hosts_of(of, pipeline, facts, values);
  if (std::string host = main_host(of.hosts); !host.empty()) values.insert_or_assign("host", std::move(host));
  of.env = variables_of(of.declared.env, values);
  for (annotation& each : of.declared.ingress_annotations) each.value = with_placeholders(each.value, values);
  if (status added = add_further(of, pipeline, facts, values); !added) return std::move(added).error();
  describe(of, pipeline, *released, facts);
  of.files_name = name_with(facts.on == track::canary ? of.stable_name : of.name, "files");
  if (status added = add_volumes(of, pipeline); !added) return std::move(added).error();
  add_pod_annotations(of, facts, values);
  if (auto failure = contradiction_in(pipeline, of)) return std::move(*failure);
  return of;
}

}  // namespace kubernetes_render_workload

service pods_of(const cron_job& declared) {
  service of{
      .name = declared.name, .image = declared.image, .named = declared.named, .command = declared.command};
  copy_shared_options(of, declared);
  return of;
}

void not_checked(const workload& of, std::string_view what) {
  throw std::logic_error(
      fmt::format("{}: {} was not checked before it is rendered", of.declared.name.view(), what));
}

error refused(const declared_pipeline& pipeline,
              const workload& of,
              std::string_view field,
              std::string what) {
  error failure{.kind = exit_class::usage,
                .subject = pipeline.declared.name.str() + '/' + of.declared.name.str(),
                .what = std::move(what),
                .value = {},
                .notes = {}};
  std::string path = of.scheduled ? "cron_job." : "service.";
  path += of.declared.name.str() + '.';
  path += field;
  const auto found = pipeline.origins.lower_bound(path);
  if (found == pipeline.origins.end() || !found->first.starts_with(path)) return failure;
  return std::move(failure).with("declared at", found->second.text(pipeline.source_directory));
}

const environment* environment_of(const pipeline& declared, std::string_view name) {
  for (const environment* each : all_environments(declared))
    if (each->name.view() == name) return each;
  return nullptr;
}

const image* image_named(const pipeline& declared, std::string_view name) {
  if (name.empty()) return declared.images.size() == 1 ? &declared.images.front() : nullptr;
  const auto found = std::find_if(declared.images.begin(), declared.images.end(),
                                  [&](const image& each) { return each.name.view() == name; });
  return found == declared.images.end() ? nullptr : &*found;
}

std::string_view copy_named(track on) {
  if (on == track::stable) return {};
  return on == track::preview ? "preview" : "canary";
}

std::vector<service> services_in(const pipeline& declared, std::string_view environment, track on) {
  return declaring::all_as_in<service>(declared, environment, copy_named(on));
}

std::vector<cron_job> cron_jobs_in(const pipeline& declared, std::string_view environment, track on) {
  return declaring::all_as_in<cron_job>(declared, environment, copy_named(on));
}

result<workload> workload_of(const declared_pipeline& pipeline,
                             service declared,
                             const release_facts& facts) {
  workload of;
  of.declared = std::move(declared);
  return kubernetes_render_workload::completed(std::move(of), pipeline, facts);
}

result<workload> workload_of(const declared_pipeline& pipeline,
                             const cron_job& declared,
                             const release_facts& facts) {
  workload of;
  of.declared = pods_of(declared);
  of.scheduled = declared;
  of.runs_once = true;
  return kubernetes_render_workload::completed(std::move(of), pipeline, facts);
}

}  // namespace cicd::kubernetes
