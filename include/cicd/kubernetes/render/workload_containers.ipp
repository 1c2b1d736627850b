// The containers of a pod: what runs, with which variables, resources, probes and rights. The defaults break
// nothing: no CPU limit, no liveness probe, a read-only root only where we know the image.
#pragma once

#include <algorithm>

#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_workload_containers {

/// Every image of ours has a numeric user; this is the one where none is declared.
inline constexpr std::int64_t default_user = 10001;

/// An image that runs a jar is made by our rules: it writes nowhere but to /tmp.
inline bool runs_jar(const cicd::image* image) {
  return image != nullptr && !image->jar.empty();
}

inline bool has_variable(const workload& of, std::string_view name) {
  const auto named = [&](const auto& held) { return held.name.view() == name; };
  return std::any_of(of.declared.env.begin(), of.declared.env.end(), named)
         || std::any_of(of.declared.secret_env.begin(), of.declared.secret_env.end(), named)
         || std::any_of(of.image->env.begin(), of.image->env.end(), named);
}

/// The heap as a share of the container's memory, since Java takes a quarter otherwise.
inline bool sizes_java_heap(const workload& of) {
  const bool limited = !of.declared.memory.empty() || !of.declared.memory_limit.empty();
  return runs_jar(of.image) && limited && !has_variable(of, "JAVA_TOOL_OPTIONS");
}

inline json json_of(const variable& of) {
  if (of.field.empty()) return members_of("name", of.name, "value", of.value);
  return members_of("name", of.name, "valueFrom", members_of("fieldRef", members_of("fieldPath", of.field)));
}

/// Secrets before the others, which may name them by `$(NAME)`.
inline json::array variables_of(const std::vector<variable>& plain,
                                const std::vector<secret_reference>& secrets) {
  json::array variables;
  variables.reserve(plain.size() + secrets.size() + 1);
  for (const secret_reference& each : secrets)
    variables.push_back(
        members_of("name", each.name.view(), "valueFrom",
                   members_of("secretKeyRef", members_of("name", each.secret.view(), "key", each.key))));
  for (const variable& each : plain) variables.push_back(json_of(each));
  return variables;
}

inline json::array sources_of(const std::vector<env_source>& sources) {
  json::array all;
  for (const env_source& each : sources) {
    const std::string_view name = each.view().substr(7);
    all.push_back(members_of(each.view().starts_with("config/") ? "configMapRef" : "secretRef",
                             members_of("name", name)));
  }
  return all;
}

/// Requests as declared; memory is limited to what is requested, CPU is not, unless it is declared otherwise.
/// What is only limited is requested likewise: the server would write that request down itself, and keep it
/// when the limit is another or gone.
inline json resources_of(quantity cpu, quantity memory, quantity cpu_limit = {}, quantity memory_limit = {}) {
  json::object requests, limits, resources;
  if (cpu.empty()) cpu = cpu_limit;
  if (memory.empty()) memory = memory_limit;
  if (!cpu.empty()) requests.emplace_back("cpu", cpu.view());
  if (!memory.empty()) requests.emplace_back("memory", memory.view());
  if (!cpu_limit.empty()) limits.emplace_back("cpu", cpu_limit.view());
  const quantity most = memory_limit.empty() ? memory : memory_limit;
  if (!most.empty()) limits.emplace_back("memory", most.view());
  if (!requests.empty()) resources.emplace_back("requests", std::move(requests));
  if (!limits.empty()) resources.emplace_back("limits", std::move(limits));
  return json(std::move(resources));
}

inline json probe(std::string_view path, std::int64_t period, std::int64_t failures) {
  return members_of("httpGet", members_of("path", path, "port", "http"), "periodSeconds", period,
                    "timeoutSeconds", 5, "failureThreshold", failures);
}

/// Ready within START_WITHIN of the start; out of the Service after three failures in 15 s. Only LIVE
/// restarts anything, and nothing before it answered once.
inline void add_probes(json::object& to, const service& declared) {
  const std::string_view started = declared.ready.empty() ? declared.live.view() : declared.ready.view();
  if (started.empty()) return;
  const std::int64_t patience = declared.start_within ? declared.start_within.milliseconds() : 300'000;
  to.emplace_back("startupProbe", probe(started, 2, std::max<std::int64_t>(1, (patience + 1999) / 2000)));
  if (!declared.ready.empty()) to.emplace_back("readinessProbe", probe(declared.ready.view(), 5, 3));
  if (!declared.live.empty()) to.emplace_back("livenessProbe", probe(declared.live.view(), 10, 3));
}

/// Nothing for an image that we do not know.
inline json security_of(const workload& of, const cicd::image* image) {
  json::object security;
  if (image == nullptr) return json(std::move(security));
  const std::int64_t user = image->user && !(of.declared.user && image == of.image)
                                ? std::int64_t{image->user.number()}
                            : image == of.image ? user_of(of)
                                                : default_user;
  if (!all_users_known(of) || user != user_of(of)) {
    security.emplace_back("runAsNonRoot", true);
    security.emplace_back("runAsUser", user);
  }
  if (!all_users_known(of)) security.emplace_back("seccompProfile", members_of("type", "RuntimeDefault"));
  security.emplace_back("allowPrivilegeEscalation", false);
  security.emplace_back("capabilities", members_of("drop", json_texts({"ALL"})));
  if (root_is_read_only(of, image)) security.emplace_back("readOnlyRootFilesystem", true);
  return json(std::move(security));
}

inline json command_of(const std::vector<text>& words) {
  json::array command;
  for (const text& word : words) command.emplace_back(word.view());
  return json(std::move(command));
}

inline json::array ports_of(const service& declared) {
  json::array ports;
  const auto add = [&](std::string_view name, port_number port) {
    ports.push_back(members_of("name", name, "containerPort", port.number(), "protocol", "TCP"));
  };
  if (declared.port) add("http", declared.port);
  for (const named_port& each : declared.ports) add(each.name.view(), each.port);
  return ports;
}

/// Adds a member that is no empty list or object.
inline void add(json::object& to, std::string_view key, json value) {
  if (!value.elements().empty() || !value.members().empty())
    to.emplace_back(std::string(key), std::move(value));
}

inline json further(const workload& of, const further_container& container) {
  const cicd::container& declared = container.declared;
  json::object members;
  members.emplace_back("name", declared.name.view());
  members.emplace_back("image", container.reference);
  members.emplace_back("imagePullPolicy", "IfNotPresent");
  add(members, "command", command_of(declared.command));
  add(members, "env", variables_of(container.env, declared.secret_env));
  add(members, "resources", resources_of(declared.cpu, declared.memory));
  // A sidecar is an initial container that is not waited for: it starts before and ends after the main one.
  if (declared.role == container_role::sidecar) members.emplace_back("restartPolicy", "Always");
  add(members, "securityContext", security_of(of, container.image));
  add(members, "volumeMounts", further_mounts(of, container));
  return json(std::move(members));
}

}  // namespace kubernetes_render_workload_containers

bool root_is_read_only(const workload& of, const cicd::image* image) {
  if (image == nullptr || of.declared.read_only_root == toggle::off) return false;
  if (image == of.image && of.declared.read_only_root == toggle::on) return true;
  return kubernetes_render_workload_containers::runs_jar(image);
}

std::int64_t user_of(const workload& of) {
  if (of.declared.user) return of.declared.user.number();
  return of.image->user ? std::int64_t{of.image->user.number()}
                        : kubernetes_render_workload_containers::default_user;
}

bool all_users_known(const workload& of) {
  return std::all_of(of.beside.begin(), of.beside.end(),
                     [](const further_container& each) { return each.image != nullptr; });
}

json main_container(const workload& of) {
  const service& declared = of.declared;
  json::object members;
  members.reserve(14);
  members.emplace_back("name", declared.name.view());
  members.emplace_back("image", of.reference);
  members.emplace_back("imagePullPolicy", "IfNotPresent");
  kubernetes_render_workload_containers::add(
      members, "command", kubernetes_render_workload_containers::command_of(declared.command));
  if (!of.runs_once)
    kubernetes_render_workload_containers::add(members, "ports",
                                               kubernetes_render_workload_containers::ports_of(declared));
  kubernetes_render_workload_containers::add(
      members, "envFrom", kubernetes_render_workload_containers::sources_of(declared.env_from));
  json::array variables = kubernetes_render_workload_containers::variables_of(of.env, declared.secret_env);
  if (kubernetes_render_workload_containers::sizes_java_heap(of))
    variables.push_back(members_of("name", "JAVA_TOOL_OPTIONS", "value", "-XX:MaxRAMPercentage=75"));
  kubernetes_render_workload_containers::add(members, "env", std::move(variables));
  kubernetes_render_workload_containers::add(
      members, "resources",
      kubernetes_render_workload_containers::resources_of(declared.cpu, declared.memory, declared.cpu_limit,
                                                          declared.memory_limit));
  if (!of.runs_once) kubernetes_render_workload_containers::add_probes(members, declared);
  if (of.drain > 0)
    members.emplace_back("lifecycle",
                         members_of("preStop", members_of("sleep", members_of("seconds", of.drain))));
  members.emplace_back("securityContext", kubernetes_render_workload_containers::security_of(of, of.image));
  kubernetes_render_workload_containers::add(members, "volumeMounts", main_mounts(of));
  return json(std::move(members));
}

json::array initial_containers(const workload& of) {
  json::array all;
  for (const further_container& each : of.beside)
    all.push_back(kubernetes_render_workload_containers::further(of, each));
  return all;
}

}  // namespace cicd::kubernetes
