// What can be declared and no cluster can do: each is refused before anything is rendered, with what helps.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace contradictions {

using found = std::optional<error>;

/// A DNS name once nothing is left to be replaced.
inline bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  for (const std::string& label : split(host, '.'))
    if (!dns_label::accepts(label)) return false;
  return true;
}

inline found in_host(const declared_pipeline& pipeline, const workload& of) {
  if (!of.declared.host.empty() && !of.declared.port)
    return refused(pipeline, of, "host", "HOST leads to a port, but there is none")
        .with("try", "add PORT to the service, or leave HOST out");
  if (of.host.empty() && of.declared.host.empty()) return {};
  if (of.host.empty() || is_host(of.host)) return {};
  error failure = refused(pipeline, of, "host", "HOST gives no DNS name here");
  failure.value = of.host;
  return std::move(failure).with("allowed",
                                 "parts of 1 to 63 lower-case letters, digits and '-', at most 253 in all");
}

inline found in_probes(const declared_pipeline& pipeline, const workload& of) {
  for (const auto& [path, keyword] : {std::pair{of.declared.ready, "READY"}, {of.declared.live, "LIVE"}})
    if (!path.empty() && !of.declared.port)
      return refused(pipeline, of, lower(keyword), fmt::format("{} asks a port, but there is none", keyword))
          .with("try", fmt::format("add PORT to the service, or leave {} out", keyword));
  return {};
}

inline found in_scale(const declared_pipeline& pipeline, const workload& of) {
  if (of.declared.replicas.scales() && of.declared.cpu.empty())
    return refused(pipeline, of, "replicas",
                   "a range of REPLICAS follows the use of the requested CPU, but none is requested")
        .with("try", "add CPU, such as CPU 500m, or give REPLICAS one number");
  const std::string_view aim = of.declared.scale_at.view();
  if (!aim.empty() && aim.find_first_not_of("0%") == aim.npos)
    return refused(pipeline, of, "scale_at", "SCALE_AT 0% can never be reached")
        .with("allowed", "1% or more, such as 80%");
  return {};
}

/// Kubernetes' rule for names of a container's ports (RFC 6335).
inline bool is_port_name(std::string_view name) {
  return name.size() <= 15 && name.find("--") == name.npos
         && std::any_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

inline found in_ports(const declared_pipeline& pipeline, const workload& of) {
  std::set<std::string_view> names;
  std::set<int> numbers;  // of the Service, on which PORT is 80
  if (of.declared.port) {
    names.insert("http");
    numbers.insert(80);
  }
  for (const named_port& each : of.declared.ports) {
    const std::string text = fmt::format("{}={}", each.name.view(), each.port.number());
    if (!is_port_name(each.name.view()))
      return refused(pipeline, of, "ports", "Kubernetes takes no port of that name: " + text)
          .with("allowed", "at most 15 characters with a letter among them, without '--'");
    if (!names.insert(each.name.view()).second || !numbers.insert(each.port.number()).second)
      return refused(pipeline, of, "ports", "the Service has this name or number already: " + text)
          .with("already there",
                of.declared.port ? "http=80, which leads to PORT, and the other PORTS" : "the other PORTS");
  }
  return {};
}

inline found in_variables(const declared_pipeline& pipeline, const workload& of) {
  std::set<std::string_view> names;
  const auto twice = [&](std::string_view name) {
    return refused(pipeline, of, "env", "the variable has two values: " + std::string(name))
        .with("try", "name it once, in ENV or in SECRET_ENV");
  };
  for (const assignment& each : of.declared.env)
    if (!names.insert(each.name.view()).second) return twice(each.name.view());
  for (const secret_reference& each : of.declared.secret_env)
    if (!names.insert(each.name.view()).second) return twice(each.name.view());
  return {};
}

/// Whether an amount is nothing at all: `0`, `0%`; not when it was not given.
inline bool is_nothing(std::string_view amount) {
  return !amount.empty() && amount.find_first_not_of("0%") == amount.npos;
}

inline found in_rollout(const declared_pipeline& pipeline, const workload& of) {
  if (of.declared.grace && of.grace <= of.drain)
    return refused(pipeline, of, "grace",
                   fmt::format(
                       "GRACE of {}s is over when DRAIN of {}s is: pods would be killed while they answer",
                       of.grace, of.drain))
        .with("try", fmt::format("GRACE {}s", of.drain + 25));
  if (is_nothing(of.declared.max_surge.view())
      && (of.declared.max_unavailable.empty() || is_nothing(of.declared.max_unavailable.view())))
    return refused(pipeline, of, "max_surge",
                   "MAX_SURGE 0 without a MAX_UNAVAILABLE leaves no pod to replace")
        .with("try", "add MAX_UNAVAILABLE 1, or leave MAX_SURGE out");
  if (of.disruptable && is_nothing(of.declared.disruptions.view()))
    return refused(pipeline, of, "disruptions", "DISRUPTIONS 0 would keep every node from being drained")
        .with("try", "DISRUPTIONS 1, or DISRUPTIONS off for no disruption budget");
  if (of.disruptable && !of.declared.disruptions.empty() && !amount::accepts(of.declared.disruptions.view()))
    return refused(pipeline, of, "disruptions",
                   "DISRUPTIONS is neither an amount nor off: " + of.declared.disruptions.str())
        .with("allowed", std::string(amount::allowed()) + ", or off");
  return {};
}

inline bool is_address_range(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size() || text.size() > slash + 4) return false;
  int bits = 0;
  for (char c : text.substr(slash + 1)) {
    if (c < '0' || c > '9') return false;
    bits = bits * 10 + (c - '0');
  }
  const std::string_view address = text.substr(0, slash);
  if (address.find(':') != address.npos)
    return bits <= 128 && address.find_first_not_of("0123456789abcdefABCDEF:") == address.npos;
  const auto parts = split(address, '.');
  return bits <= 32 && parts.size() == 4
         && std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
              return !part.empty() && part.size() <= 3 && part.find_first_not_of("0123456789") == part.npos
                     && std::stoi(part) < 256;
            });
}

inline found in_network(const declared_pipeline& pipeline, const workload& of) {
  for (const text& each : of.declared.allow_from) {
    const std::string_view from = each.view();
    if (from == "namespace" || is_address_range(from)) continue;
    if (from.starts_with("namespace:") && dns_label::accepts(from.substr(10))) continue;
    error failure = refused(pipeline, of, "allow_from", "ALLOW_FROM names nobody");
    failure.value = each.str();
    return std::move(failure).with("allowed",
                                   "namespace, namespace:<name>, or an address range such as 10.0.0.0/8");
  }
  return {};
}

/// `cicd.dev/` is what objects are found by.
inline found in_labels(const declared_pipeline& pipeline, const workload& of) {
  for (const annotation& each : pipeline.declared.labels)
    if (each.key.view().starts_with("cicd.dev/"))
      return refused(pipeline, of, "labels",
                     "labels below cicd.dev/ are how objects are found: " + each.key.str())
          .with("try", "give the label of pipeline_label() another name");
  return {};
}

/// A Service's name is a label that begins with a letter; runs of a cron job and revisions of a stateful set
/// add to theirs.
inline found in_names(const declared_pipeline& pipeline, const workload& of) {
  const std::string_view name = of.declared.named.view();
  const std::size_t most = of.scheduled || of.declared.stateful ? 52 : 63;
  if (name.empty() || (name.size() <= most && (name.front() < '0' || name.front() > '9'))) return {};
  error failure = refused(pipeline, of, "named", "NAMED is no name that all of its objects could have");
  failure.value = of.declared.named.str();
  return std::move(failure).with("allowed", fmt::format("a letter first, and at most {} characters", most));
}

/// What both the Deployment and the Service find by the same labels would be one set of pods with a canary's.
inline found in_canary(const declared_pipeline& pipeline, const workload& of) {
  const std::vector<annotation>& own = of.declared.selector;
  if (own.empty() || of.runs_once || of.selector[track_label].text() != "canary") return {};
  const auto is_asked_by_service = [&](const annotation& each) {
    return of.requests_to[each.key.view()].text() == each.value;
  };
  if (!std::all_of(own.begin(), own.end(), is_asked_by_service)) return {};
  return refused(pipeline, of, "selector",
                 "its Deployment and its Service find pods by the same labels, so the Deployment would take "
                 "a canary's pods "
                 "for its own")
      .with("try", fmt::format("once it was deployed with SELECTOR all its pods bear {0}={1}: add "
                               "SERVICE_SELECTOR {0}={1} and "
                               "deploy again",
                               traffic_label, of.traffic));
}

}  // namespace contradictions

std::optional<error> contradiction_in(const declared_pipeline& pipeline, const workload& of) {
  using namespace contradictions;
  for (const auto check : {in_probes, in_host, in_scale, in_ports, in_variables, in_rollout, in_network,
                           in_labels, in_names, in_canary})
    if (auto failure = check(pipeline, of)) return failure;
  return {};
}

}  // namespace cicd::kubernetes
