// The pods of a workload: what runs, with which rights and which resources. The defaults break nothing: no
// CPU limit, no liveness probe, no token, a read-only root only where we know the image.
#pragma once

#include <algorithm>

#include <cicd/kubernetes/objects.hpp>
#include <cicd/kubernetes/workload.hpp>

namespace cicd::kubernetes {
namespace pods {

/// Every image has a numeric user; this is the one where none is declared.
constexpr std::int64_t default_user = 10001;

/// An image that runs a jar is made by our rules: it writes nowhere but to /tmp.
inline bool runs_jar(const workload& of) {
  return !of.image->jar.empty();
}

inline bool has_variable(const workload& of, std::string_view name) {
  const auto named = [&](const auto& held) { return held.name.view() == name; };
  return std::any_of(of.declared.env.begin(), of.declared.env.end(), named)
         || std::any_of(of.declared.secret_env.begin(), of.declared.secret_env.end(), named)
         || std::any_of(of.image->env.begin(), of.image->env.end(), named);
}

/// The heap as a share of the container's memory, since Java takes a quarter otherwise.
inline bool sizes_java_heap(const workload& of) {
  return runs_jar(of) && !of.declared.memory.empty() && !has_variable(of, "JAVA_TOOL_OPTIONS");
}

inline json::array environment_of(const workload& of) {
  json::array variables;
  variables.reserve(of.env.size() + of.declared.secret_env.size() + 1);
  for (const variable& each : of.env) variables.push_back(members_of("name", each.name, "value", each.value));
  for (const secret_reference& each : of.declared.secret_env)
    variables.push_back(
        members_of("name", each.name.view(), "valueFrom",
                   members_of("secretKeyRef", members_of("name", each.secret.view(), "key", each.key))));
  if (sizes_java_heap(of))
    variables.push_back(members_of("name", "JAVA_TOOL_OPTIONS", "value", "-XX:MaxRAMPercentage=75"));
  return variables;
}

/// Requests as declared; memory is limited to what is requested, CPU is not.
inline json resources_of(const service& declared) {
  json::object requests, limits, resources;
  if (!declared.cpu.empty()) requests.emplace_back("cpu", declared.cpu.view());
  if (!declared.memory.empty()) {
    requests.emplace_back("memory", declared.memory.view());
    limits.emplace_back("memory", declared.memory.view());
  }
  if (!requests.empty()) resources.emplace_back("requests", std::move(requests));
  if (!limits.empty()) resources.emplace_back("limits", std::move(limits));
  return json(std::move(resources));
}

inline json probe(std::string_view path, int period, int failures) {
  return members_of("httpGet", members_of("path", path, "port", "http"), "periodSeconds", period,
                    "timeoutSeconds", 5, "failureThreshold", failures);
}

/// Ready within five minutes of the start; out of the Service after three failures in 15 s. Nothing is
/// restarted by a probe.
inline void add_probes(json::object& to, std::string_view path) {
  to.emplace_back("startupProbe", probe(path, 2, 150));
  to.emplace_back("readinessProbe", probe(path, 5, 3));
}

inline json container_security(const workload& of) {
  json::object security;
  security.emplace_back("allowPrivilegeEscalation", false);
  security.emplace_back("capabilities", members_of("drop", json_texts({"ALL"})));
  if (runs_jar(of)) security.emplace_back("readOnlyRootFilesystem", true);
  return json(std::move(security));
}

inline json pod_security(const workload& of) {
  const std::int64_t user = of.image->user ? std::int64_t{of.image->user.number()} : default_user;
  return members_of("runAsNonRoot", true, "runAsUser", user, "seccompProfile",
                    members_of("type", "RuntimeDefault"));
}

inline json command_of(const std::vector<text>& words) {
  json::array command;
  for (const text& word : words) command.emplace_back(word.view());
  return json(std::move(command));
}

inline json container(const workload& of) {
  json::object members;
  members.reserve(11);
  members.emplace_back("name", of.declared.name.view());
  members.emplace_back("image", of.reference);
  members.emplace_back("imagePullPolicy", "IfNotPresent");
  if (!of.declared.command.empty()) members.emplace_back("command", command_of(of.declared.command));
  if (of.declared.port)
    members.emplace_back("ports", list_of(members_of("name", "http", "containerPort",
                                                     of.declared.port.number(), "protocol", "TCP")));
  if (json::array variables = environment_of(of); !variables.empty())
    members.emplace_back("env", std::move(variables));
  if (json resources = resources_of(of.declared); !resources.members().empty())
    members.emplace_back("resources", std::move(resources));
  if (!of.declared.ready.empty()) add_probes(members, of.declared.ready.view());
  members.emplace_back("securityContext", container_security(of));
  if (runs_jar(of))
    members.emplace_back("volumeMounts", list_of(members_of("name", "tmp", "mountPath", "/tmp")));
  return json(std::move(members));
}

/// Spread over zones and nodes where that can be had; never a reason not to start.
inline json spread_over(std::string_view topology, const workload& of) {
  return members_of("maxSkew", 1, "topologyKey", topology, "whenUnsatisfiable", "ScheduleAnyway",
                    "labelSelector", members_of("matchLabels", pod_selector(of)));
}

inline json pod_metadata(const workload& of) {
  json labels = of.labels;
  labels.set(std::string(traffic_label), of.selected_by);
  labels.set(std::string(workload_label), of.selected_by);
  labels.set(std::string(track_label), stable_track);
  json metadata = members_of("labels", std::move(labels));
  if (!of.annotations.members().empty()) metadata.set("annotations", of.annotations);
  return metadata;
}

inline json pod_spec(const workload& of) {
  json::object members;
  members.reserve(6);
  if (!of.declared.service_account.empty())
    members.emplace_back("serviceAccountName", of.declared.service_account.view());
  members.emplace_back("automountServiceAccountToken", !of.declared.service_account.empty());
  members.emplace_back("securityContext", pod_security(of));
  members.emplace_back("containers", list_of(container(of)));
  members.emplace_back("topologySpreadConstraints", list_of(spread_over("topology.kubernetes.io/zone", of),
                                                            spread_over("kubernetes.io/hostname", of)));
  if (runs_jar(of))
    members.emplace_back("volumes", list_of(members_of("name", "tmp", "emptyDir", json(json::object{}))));
  return json(std::move(members));
}

}  // namespace pods

json pod_selector(const workload& of) {
  return members_of(workload_label, of.selected_by, track_label, stable_track);
}

json pod_template(const workload& of) {
  return members_of("metadata", pods::pod_metadata(of), "spec", pods::pod_spec(of));
}

}  // namespace cicd::kubernetes
