// From a declaration to its objects: what each service becomes, which labels it bears, and what cannot be
// rendered. The defaults of the pods are in pods.ipp.
#pragma once

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/objects.hpp>
#include <cicd/kubernetes/workload.hpp>

namespace cicd::kubernetes {

json metadata_of(const workload& of) {
  json metadata = members_of("name", of.name);
  if (!of.namespace_name.empty()) metadata.set("namespace", of.namespace_name);
  metadata.set("labels", of.labels);
  if (!of.annotations.members().empty()) metadata.set("annotations", of.annotations);
  return metadata;
}

namespace objects {

using described = result<workload>;

/// An error of one service, with where its value was declared.
inline error refused(const declared_pipeline& pipeline,
                     std::string_view service,
                     std::string_view field,
                     std::string what) {
  error failure{.kind = exit_class::usage,
                .subject = pipeline.declared.name.str() + '/' + std::string(service),
                .what = std::move(what),
                .value = {},
                .notes = {}};
  const std::string path = "service." + std::string(service) + '.' + std::string(field);
  const auto found = pipeline.origins.lower_bound(path);
  if (found == pipeline.origins.end() || !found->first.starts_with(path)) return failure;
  return std::move(failure).with("declared at", found->second.text(pipeline.source_directory));
}

/// Always seven digits.
inline std::string short_commit(const image_facts& image) {
  return image.built_from.substr(0, 7);
}

/// The labels of the seed beside Kubernetes' and Datadog's own; a fact that is not known gives no label.
inline json labels_of(const workload& of, const image_facts& image, const release_facts& facts) {
  json::object labels;
  labels.reserve(19);
  const auto add = [&](std::string_view key, std::string value) {
    if (!value.empty()) labels.emplace_back(std::string(key), std::move(value));
  };
  const std::string version = label_value(image.tag);
  const std::string commit = label_value(short_commit(image));
  add("app", of.name);
  add("service", of.name);
  add("branch", label_value(image.built_branch));
  add("commit_id", commit);
  add("protected_branch", facts.protected_branch ? "true" : "false");
  add("version", version);
  add("app.kubernetes.io/name", of.name);
  add("app.kubernetes.io/instance", of.name);
  add("app.kubernetes.io/component", of.declared.name.str());
  add("app.kubernetes.io/part-of", facts.pipeline);
  add("app.kubernetes.io/version", version);
  add("app.kubernetes.io/managed-by", "cicd");
  add("cicd.dev/pipeline", facts.pipeline);
  add("cicd.dev/environment", facts.environment);
  add("tags.datadoghq.com/service", of.name);
  add("tags.datadoghq.com/env", facts.environment);
  add("tags.datadoghq.com/version", commit.empty() ? version : commit);
  return json(std::move(labels));
}

/// What a label cannot hold whole: the commit, and texts that had to be altered.
inline json annotations_of(const image_facts& image) {
  json::object annotations;
  if (!image.built_from.empty()) annotations.emplace_back("cicd.dev/commit", image.built_from);
  if (label_value(image.built_branch) != image.built_branch)
    annotations.emplace_back("cicd.dev/branch", valid_utf8(image.built_branch));
  if (label_value(image.tag) != image.tag)
    annotations.emplace_back("cicd.dev/version", valid_utf8(image.tag));
  return json(std::move(annotations));
}

/// The image that a service runs: the one it names, else the only one.
inline const image* image_named(const pipeline& declared, const service& of) {
  if (of.image.empty()) return declared.images.size() == 1 ? &declared.images.front() : nullptr;
  const auto found = std::find_if(declared.images.begin(), declared.images.end(),
                                  [&](const image& each) { return each.name == of.image; });
  return found == declared.images.end() ? nullptr : &*found;
}

inline error no_image(const declared_pipeline& pipeline, const service& of) {
  std::vector<std::string> names;
  for (const image& each : pipeline.declared.images) names.push_back(each.name.str());
  error failure = refused(pipeline, of.name.view(), "image",
                          of.image.empty() ? "IMAGE is missing, and the pipeline has not exactly one image"
                                           : "there is no such image");
  if (!of.image.empty()) failure.value = of.image.str();
  if (const auto near = nearest(of.image.view(), names)) failure.notes.push_back({"did you mean", *near});
  return std::move(failure).with("allowed",
                                 names.empty() ? "declare one with pipeline_image()" : joined(names, ", "));
}

/// A DNS name once nothing is left to be replaced.
inline bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  for (const std::string& label : split(host, '.'))
    if (!dns_label::accepts(label)) return false;
  return true;
}

inline std::optional<error> wrong_host(const declared_pipeline& pipeline, const workload& of) {
  if (of.declared.host.empty() || is_host(of.host)) return {};
  error failure = refused(pipeline, of.declared.name.view(), "host", "HOST gives no DNS name here");
  failure.value = of.host;
  return std::move(failure).with("allowed",
                                 "parts of 1 to 63 lower-case letters, digits and '-', at most 253 in all");
}

/// What a declaration can say and no cluster can do.
inline std::optional<error> contradiction(const declared_pipeline& pipeline, const workload& of) {
  const service& declared = of.declared;
  if (!declared.ready.empty() && !declared.port)
    return refused(pipeline, declared.name.view(), "ready", "READY asks a port, but there is none")
        .with("try", "add PORT to the service, or leave READY out");
  if (!declared.host.empty() && !declared.port)
    return refused(pipeline, declared.name.view(), "host", "HOST leads to a port, but there is none")
        .with("try", "add PORT to the service, or leave HOST out");
  if (declared.replicas.scales() && declared.cpu.empty())
    return refused(pipeline, declared.name.view(), "replicas",
                   "a range of REPLICAS follows the use of the requested CPU, but none is requested")
        .with("try", "add CPU, such as CPU 500m, or give REPLICAS one number");
  return wrong_host(pipeline, of);
}

inline std::string namespace_in(const pipeline& declared, std::string_view environment_name) {
  for (const environment& each : declared.environments)
    if (each.name.view() == environment_name) return each.namespace_name.str();
  return {};
}

/// What every placeholder stands for; one that is not known has no value.
inline placeholder_values placeholders_of(const image_facts& image, const release_facts& facts) {
  placeholder_values values;
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty()) values.emplace(name, std::move(value));
  };
  add("pipeline", facts.pipeline);
  add("environment", facts.environment);
  add("image", image.reference);
  add("version", image.tag);
  add("commit", image.built_from);
  add("commit_short", short_commit(image));
  add("branch", image.built_branch);
  if (!image.built_branch.empty()) add("slug", slug_of(image.built_branch));
  return values;
}

/// The host first, since the variables may name it.
inline void fill_placeholders(workload& of, placeholder_values values) {
  of.host = with_placeholders(of.declared.host.view(), values);
  if (!of.host.empty()) values.emplace("host", of.host);
  for (const assignment& each : of.declared.env)
    of.env.push_back({each.name.str(), with_placeholders(each.value, values)});
}

inline described workload_of(const declared_pipeline& pipeline,
                             service declared,
                             const release_facts& facts) {
  workload of;
  of.declared = std::move(declared);
  of.image = image_named(pipeline.declared, of.declared);
  if (of.image == nullptr) return no_image(pipeline, of.declared);
  const auto released = facts.images.find(of.image->name.str());
  if (released == facts.images.end())
    return refused(pipeline, of.declared.name.view(), "image", "no digest is known for its image")
        .with("try", "publish the image first: " + facts.pipeline + ".publish");
  of.name = workload_name(pipeline.declared.name.view(), of.declared.name.view());
  // A name holds no full stop, so that pipeline `a-b` with service `c` never selects the pods of `a` with `b-c`.
  of.selected_by = label_value(pipeline.declared.name.str() + "." + of.declared.name.str());
  of.namespace_name = namespace_in(pipeline.declared, facts.environment);
  of.reference = released->second.reference;
  fill_placeholders(of, placeholders_of(released->second, facts));
  if (auto failure = contradiction(pipeline, of)) return std::move(*failure);
  of.labels = labels_of(of, released->second, facts);
  of.annotations = annotations_of(released->second);
  return of;
}

inline json document(std::string_view version, std::string_view kind, const workload& of, json spec) {
  return members_of("apiVersion", version, "kind", kind, "metadata", metadata_of(of), "spec",
                    std::move(spec));
}

/// Nothing is taken away before its successor is ready. With an autoscaler the number of replicas is its own.
inline json deployment(const workload& of) {
  json::object spec;
  spec.reserve(4);
  const replica_range replicas = of.declared.replicas;
  if (!replicas.scales()) spec.emplace_back("replicas", replicas ? replicas.least() : 1);
  spec.emplace_back("selector", members_of("matchLabels", pod_selector(of)));
  spec.emplace_back("strategy", members_of("type", "RollingUpdate", "rollingUpdate",
                                           members_of("maxUnavailable", 0, "maxSurge", "25%")));
  spec.emplace_back("template", pod_template(of));
  return document("apps/v1", "Deployment", of, json(std::move(spec)));
}

inline json service_object(const workload& of) {
  json port = members_of("name", "http", "port", 80, "protocol", "TCP", "targetPort", "http");
  return document("v1", "Service", of,
                  members_of("type", "ClusterIP", "selector", members_of(traffic_label, of.selected_by), "ports",
                             list_of(std::move(port))));
}

inline json ingress(const workload& of) {
  json backend = members_of("service", members_of("name", of.name, "port", members_of("name", "http")));
  json path = members_of("path", "/", "pathType", "Prefix", "backend", std::move(backend));
  json rule = members_of("host", of.host, "http", members_of("paths", list_of(std::move(path))));
  json spec = members_of("rules", list_of(std::move(rule)));
  if (!of.declared.ingress_class.empty())
    spec = members_of("ingressClassName", of.declared.ingress_class.view(), "rules", spec["rules"]);
  return document("networking.k8s.io/v1", "Ingress", of, std::move(spec));
}

inline json autoscaler(const workload& of) {
  json target = members_of("apiVersion", "apps/v1", "kind", "Deployment", "name", of.name);
  json use = members_of("type", "Utilization", "averageUtilization", 80);
  json metric =
      members_of("type", "Resource", "resource", members_of("name", "cpu", "target", std::move(use)));
  return document(
      "autoscaling/v2", "HorizontalPodAutoscaler", of,
      members_of("scaleTargetRef", std::move(target), "minReplicas", of.declared.replicas.least(),
                 "maxReplicas", of.declared.replicas.most(), "metrics", list_of(std::move(metric))));
}

inline void add_objects(std::vector<object>& to, const workload& of) {
  const auto add = [&](std::string kind, json content) {
    std::string file = of.name + '.' + lower(kind) + ".yaml";
    to.push_back({std::move(kind), of.name, std::move(file), std::move(content)});
  };
  add("Deployment", deployment(of));
  if (of.declared.replicas.scales()) add("HorizontalPodAutoscaler", autoscaler(of));
  if (of.declared.port) add("Service", service_object(of));
  if (!of.declared.host.empty()) add("Ingress", ingress(of));
}

/// The services by name, each with its calls alone, so that merging them costs the same however many others
/// there are.
inline std::map<std::string_view, pipeline> calls_by_service(const pipeline& declared) {
  std::map<std::string_view, pipeline> calls;
  for (const service& each : declared.services) {
    pipeline& own = calls[each.name.view()];
    own.name = declared.name;
    own.services.push_back(each);
  }
  return calls;
}

}  // namespace objects

result<std::vector<object>> objects_of(const declared_pipeline& pipeline, const release_facts& facts) {
  std::vector<object> rendered;
  for (const auto& [name, calls] : objects::calls_by_service(pipeline.declared)) {
    const auto of = objects::workload_of(pipeline, service_in(calls, name, facts.environment), facts);
    if (!of) return of.error();
    objects::add_objects(rendered, *of);
  }
  std::sort(rendered.begin(), rendered.end(),
            [](const object& a, const object& b) { return a.file < b.file; });
  return rendered;
}

}  // namespace cicd::kubernetes
