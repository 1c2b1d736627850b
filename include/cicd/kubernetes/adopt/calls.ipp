// One live workload as calls, around what its pods hold. A keyword is written only where it says exactly what
// is there; the rest is left to a patch.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/explain/cmake_words.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/parser.hpp>
#include <cicd/kubernetes/adopt/calls.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes::adopting {

namespace kubernetes_adopt_calls {

/// The number of a container's port, which a Service may name.
inline std::int64_t number_of(const json& target, const json& container) {
  if (target.is_integer()) return target.integer();
  for (const json& each : container["ports"].elements())
    if (each["name"] == target) return each["containerPort"].integer();
  return 0;
}

/// The Service's port to which requests come, and the container's behind it.
inline const json& front_port(const json& front) {
  static const json none;
  const json::array& ports = front["spec"]["ports"].elements();
  for (const json& each : ports)
    if (each["name"].text() == "http") return each;
  return ports.empty() ? none : ports.front();
}

inline void add_probe(
    written_call& to, std::string_view keyword, const json& probe, const json& container, std::int64_t port) {
  const json& get = probe["httpGet"];
  const std::string path = get["path"].text();
  if (url_path::accepts(path) && number_of(get["port"], container) == port) to.add(keyword, path);
}

inline void add_reach(written_call& to, const found_workload& of) {
  const json& front = front_port(of.front);
  const json& target = front["targetPort"].is_null() ? front["port"] : front["targetPort"];
  const std::int64_t port = number_of(target, of.main());
  if (port <= 0) return;
  to.add("PORT", std::to_string(port));
  if (!of.ingress.is_null()) {
    const json& spec = of.ingress["spec"];
    std::vector<std::string> hosts;
    for (const json& each : spec["rules"].elements()) hosts.push_back(each["host"].text());
    to.add("HOST", std::move(hosts));
    to.add("INGRESS_CLASS", spec["ingressClassName"].text());
    to.add("INGRESS_ANNOTATIONS", pairs_of(of.ingress["metadata"]["annotations"]));
    if (!spec["tls"].elements().empty()) to.add("TLS", spec["tls"].elements().front()["secretName"].text());
  }
  add_probe(to, "READY", of.main()["readinessProbe"], of.main(), port);
  add_probe(to, "LIVE", of.main()["livenessProbe"], of.main(), port);
}

inline void add_scale(written_call& to, const found_workload& of) {
  if (of.is_scaled_by_other) return;
  const json& spec = of.autoscaler["spec"];
  if (of.autoscaler.is_null()) return to.add("REPLICAS", std::to_string(least_replicas(of)));
  to.add("REPLICAS", fmt::format("{}..{}", least_replicas(of), spec["maxReplicas"].integer()));
  const json& target = spec["metrics"].elements().front()["resource"]["target"];
  to.add("SCALE_AT", fmt::format("{}%", target["averageUtilization"].integer()));
}

inline std::string amount_text(const json& amount) {
  return amount.is_string() ? amount.text() : std::to_string(amount.integer());
}

inline void add_budget(written_call& to, const found_workload& of) {
  if (!of.budget.is_null())
    to.add("DISRUPTIONS", amount_text(of.budget["spec"]["maxUnavailable"]));
  else if (least_replicas(of) >= 2 && !of.is_scaled_by_other)
    to.add("DISRUPTIONS", "off");
}

/// How pods are replaced is what makes the difference between a deploy that is noticed and one that is not:
/// ours, also where it was otherwise.
inline void take_our_rollout(found_workload& of, std::vector<std::string>& changes) {
  const json strategy = of.running["spec"]["strategy"];
  if (of.running["kind"].text() != "Deployment" || strategy["type"].text() == "Recreate") return;
  const json ours = members_of("type", "RollingUpdate", "rollingUpdate",
                               members_of("maxUnavailable", 0, "maxSurge", "25%"));
  const json& rolling = strategy["rollingUpdate"];
  if (amount_text(rolling["maxUnavailable"]) != "0")
    changes.push_back(
        fmt::format("Deployment {}: no pod is taken away before its successor is ready (maxUnavailable 0, "
                    "before: {}); MAX_UNAVAILABLE says otherwise",
                    of.name(), amount_text(rolling["maxUnavailable"])));
  change_member(of.running, "spec", [&](json& spec) { spec.set("strategy", ours); });
}

inline void take_our_drain(found_workload& of, std::vector<std::string>& changes) {
  if (!of.main()["lifecycle"].is_null()) return;
  const std::size_t main = main_index(of.pod());
  change_template(of.running, [&](json& pod) {
    change_member(pod, "spec", [&](json& spec) {
      change_member(spec, "containers", [&](json& containers) {
        json::array all = containers.elements();
        all[main].set("lifecycle", members_of("preStop", members_of("sleep", members_of("seconds", 5))));
        containers = json(std::move(all));
      });
    });
  });
  changes.push_back(fmt::format("{} {}: pods still answer for 5 s after they were told to end (DRAIN)",
                                of.running["kind"].text(), of.name()));
}

inline bool has(const written_call& call, std::string_view keyword) {
  return std::any_of(call.options.begin(), call.options.end(),
                     [&](const auto& each) { return each.first == keyword; });
}

inline written_call service_call(found_workload& of,
                                 const adopted_names& names,
                                 std::vector<std::string>& changes) {
  written_call call{"pipeline_service", {names.pipeline, names.name}};
  call.add("IMAGE", names.image);
  if (of.name() != workload_name(names.pipeline, names.name)) call.add("NAMED", of.name());
  const json selected = of.running["spec"]["selector"]["matchLabels"];
  call.add("SELECTOR", pairs_of(selected));
  if (!of.front.is_null() && pairs_of(of.front["spec"]["selector"]) != pairs_of(selected))
    call.add("SERVICE_SELECTOR", pairs_of(of.front["spec"]["selector"]));
  if (of.running["kind"].text() == "StatefulSet") call.add_flag("STATEFUL");
  add_reach(call, of);
  add_scale(call, of);
  add_pods(call, of);
  const std::int64_t grace = of.pod()["spec"]["terminationGracePeriodSeconds"].integer(30);
  if (grace != 30) call.add("GRACE", fmt::format("{}s", grace));
  call.add("SPREAD", "off");
  add_budget(call, of);
  take_our_rollout(of, changes);
  if (has(call, "PORT") && names.server_minor >= drain_minor && grace > 5) take_our_drain(of, changes);
  if (!of.budget.is_null())
    change_member(of.budget, "spec",
                  [](json& spec) { spec.set("unhealthyPodEvictionPolicy", "AlwaysAllow"); });
  return call;
}

inline written_call cron_call(found_workload& of,
                              const adopted_names& names,
                              std::vector<std::string>& changes) {
  written_call call{"pipeline_cron_job", {names.pipeline, names.name}};
  const json spec = of.running["spec"];
  const json& run = spec["jobTemplate"]["spec"];
  call.add("IMAGE", names.image);
  if (of.name() != workload_name(names.pipeline, names.name, 52)) call.add("NAMED", of.name());
  call.add("SCHEDULE", spec["schedule"].text());
  if (spec["timeZone"].is_null()) {
    changes.push_back(fmt::format(
        "CronJob {}: timeZone Etc/UTC is written down; before it was the controller's own", of.name()));
    change_member(of.running, "spec", [](json& live) { live.set("timeZone", "Etc/UTC"); });
  } else {
    call.add("TIME_ZONE", spec["timeZone"].text());
  }
  call.add("CONCURRENCY", lower(spec["concurrencyPolicy"].text("Allow")));
  if (const auto seconds = run["activeDeadlineSeconds"].integer(); seconds > 0)
    call.add("DEADLINE", fmt::format("{}s", seconds));
  if (const auto seconds = spec["startingDeadlineSeconds"].integer(); seconds > 0)
    call.add("START_WITHIN", fmt::format("{}s", seconds));
  call.add("RETRIES", std::to_string(std::min<std::int64_t>(20, run["backoffLimit"].integer(6))));
  if (run["backoffLimit"].is_null())
    change_member(of.running, "spec", [](json& live) {
      change_member(live, "jobTemplate", [](json& jobs) {
        change_member(jobs, "spec", [](json& one) { one.set("backoffLimit", 6); });
      });
    });
  add_pods(call, of);
  return call;
}

inline written_call container_call(const json& container, const adopted_names& names, std::string_view role) {
  written_call call{"pipeline_container", {names.pipeline, container["name"].text()}};
  call.add("OF", names.name);
  call.add("ROLE", std::string(role));
  const std::vector<std::string> command = container["command"].texts();
  if (!command.empty() && !command.front().empty()) call.add("COMMAND", command);
  add_variables(call, container);
  add_quantity(call, "CPU", container["resources"]["requests"]["cpu"]);
  add_quantity(call, "MEMORY", container["resources"]["requests"]["memory"]);
  return call;
}

/// The kind of a call, by its function.
inline const std::vector<declaring::option>& options_for(const written_call& call) {
  for (const declaring_function& each : declaring_functions())
    if (each.name == call.function) return declaring::options_of(each.kind);
  return declaring::options_of("");
}

}  // namespace kubernetes_adopt_calls

std::vector<std::string> words_of(const written_call& call) {
  const std::vector<declaring::option>& options = kubernetes_adopt_calls::options_for(call);
  std::vector<std::string> words = call.names;
  for (const auto& [keyword, values] : call.options) {
    words.push_back(keyword);
    for (const std::string& value : values) words.push_back(declaring::escaped(value, options));
  }
  return words;
}

std::string text_of(const written_call& call) {
  std::string text;
  if (!call.above.empty())
    for (const std::string& line : split(call.above, '\n')) text += "# " + displayable(line) + '\n';
  std::map<std::string, std::string> shown_origins;
  for (const auto& [keyword, from] : call.origins) shown_origins[keyword] = displayable(from);
  return text
         + declaring::cmake_call_text(call.function, words_of(call),
                                      kubernetes_adopt_calls::options_for(call), shown_origins);
}

written_call call_for(found_workload& of, const adopted_names& names, std::vector<std::string>& changes) {
  return of.is_scheduled() ? kubernetes_adopt_calls::cron_call(of, names, changes)
                           : kubernetes_adopt_calls::service_call(of, names, changes);
}

/// A container beside the main one that runs the same image becomes a sidecar, which Kubernetes keeps among
/// the initial ones.
std::vector<written_call> container_calls(found_workload& of,
                                          const adopted_names& names,
                                          std::vector<std::string>& changes) {
  std::vector<written_call> calls;
  const json pod = of.pod()["spec"];
  const json main = of.main();
  for (const json& each : pod["initContainers"].elements())
    if (each["image"] == main["image"] && dns_label::accepts(each["name"].text()))
      calls.push_back(kubernetes_adopt_calls::container_call(
          each, names, each["restartPolicy"].text() == "Always" ? "sidecar" : "init"));
  json::array beside, initial = pod["initContainers"].elements();
  for (const json& each : pod["containers"].elements()) {
    if (each["name"] == main["name"] || each["image"] != main["image"]) {
      beside.push_back(each);
      continue;
    }
    calls.push_back(kubernetes_adopt_calls::container_call(each, names, "sidecar"));
    changes.push_back(fmt::format("{} {}: container {} starts before and ends after the main one (a sidecar)",
                                  of.running["kind"].text(), of.name(), displayable(each["name"].text())));
    json sidecar = each;
    sidecar.set("restartPolicy", "Always");
    initial.push_back(std::move(sidecar));
  }
  if (beside.size() == pod["containers"].elements().size()) return calls;
  change_template(of.running, [&](json& made) {
    change_member(made, "spec", [&](json& spec) {
      spec.set("containers", json(std::move(beside)));
      spec.set("initContainers", json(std::move(initial)));
    });
  });
  return calls;
}

}  // namespace cicd::kubernetes::adopting
