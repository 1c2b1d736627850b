// What others say of a pod: checks, the scheduler, volumes, and the API server that refuses to create it.
#pragma once

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/api/api_error.hpp>
#include <cicd/kubernetes/quantity.hpp>
#include <cicd/kubernetes/rollout/causes.hpp>

namespace cicd::kubernetes::causes {
namespace kubernetes_rollout_causes_cluster {
namespace {

bool says(std::string_view words, std::string_view part) {
  return lower(words).find(part) != std::string::npos;
}

/// The part of the scheduler's words that names the nodes' reasons.
std::string reasons_of(const std::string& words) {
  std::string text = words.substr(0, words.find(" preemption: "));
  text = text.substr(0, text.find(" no new claims to deallocate"));
  if (text.ends_with(". not found")) text.resize(text.size() - 11);
  while (text.ends_with('.') || text.ends_with(',') || text.ends_with(' ')) text.pop_back();
  return text;
}

std::string requests_of(const json& pod, std::string_view what) {
  std::vector<std::string> texts;
  for (const json& each : pod["spec"]["containers"].elements())
    if (const json& asked = each["resources"]["requests"][what]; !asked.is_null())
      texts.push_back(asked.is_string() ? asked.text() : compact(asked));
  return joined(texts, " + ");
}

/// Which resources the nodes have too little of, as the scheduler lists them.
std::vector<std::string> short_of(const std::string& words) {
  std::vector<std::string> found;
  for (std::size_t at = words.find("Insufficient "); at != words.npos;
       at = words.find("Insufficient ", at + 1)) {
    std::string name = words.substr(at + 13, words.find_first_of(",. ", at + 13) - at - 13);
    if (std::ranges::find(found, name) == found.end()) found.push_back(std::move(name));
  }
  return found;
}

std::string missing_resources(const json& pod, const std::vector<std::string>& names) {
  std::vector<std::string> parts;
  for (const std::string& each : names) {
    const std::string asked = requests_of(pod, each);
    parts.push_back(asked.empty() ? each : fmt::format("{} (it asks for {})", each, asked));
  }
  return joined(parts, " and ");
}

std::map<std::string, double> asked_for(const json& pod, const std::vector<std::string>& names) {
  std::map<std::string, double> asked;
  for (const std::string& name : names)
    for (const json& each : pod["spec"]["containers"].elements())
      if (const auto amount = amount_in(each["resources"]["requests"][name])) asked[name] += *amount;
  return asked;
}

/// What the largest node has of it for pods; nothing where none is known.
std::optional<double> most_of(const std::string& name, const json& nodes) {
  std::optional<double> most;
  for (const json& each : nodes["items"].elements())
    if (const auto amount = amount_in(each["status"]["allocatable"][name]))
      most = std::max(most.value_or(*amount), *amount);
  return most;
}

struct probe_reading {
  std::string kind;     ///< `readiness`, `liveness`, `startup`
  std::string outcome;  ///< after `failed: `
  bool quiet = false;   ///< nothing answered at all, as when a program is still starting
};

probe_reading reading_of(const std::string& message) {
  probe_reading read;
  read.kind = lower(message.substr(0, message.find(' ')));
  const auto colon = message.find(": ");
  read.outcome = colon == message.npos ? message : message.substr(colon + 2);
  read.quiet = says(read.outcome, "connection refused") || says(read.outcome, "deadline exceeded")
               || says(read.outcome, "timeout") || says(read.outcome, "timed out");
  return read;
}

std::string port_of(const json& port, const json& spec) {
  if (!port.is_string()) return compact(port);
  for (const json& each : spec["ports"].elements())
    if (each["name"].text() == port.text()) return compact(each["containerPort"]);
  return port.text();
}

std::string target_of(const json& probe, const json& spec) {
  if (const json& http = probe["httpGet"]; http.is_object())
    return fmt::format("GET {} on port {}", http["path"].text("/"), port_of(http["port"], spec));
  if (const json& tcp = probe["tcpSocket"]; tcp.is_object()) return "port " + port_of(tcp["port"], spec);
  if (const json& grpc = probe["grpc"]; grpc.is_object())
    return "gRPC on port " + port_of(grpc["port"], spec);
  return joined(probe["exec"]["command"].texts(), " ");
}

std::string outcome_of(const probe_reading& read, const json& probe) {
  if (const auto code = read.outcome.find("statuscode: "); code != read.outcome.npos)
    return "answers with HTTP status " + read.outcome.substr(code + 12);
  if (says(read.outcome, "connection refused")) return "is refused: nothing listens there";
  if (read.quiet) return fmt::format("gets no answer within {} s", probe["timeoutSeconds"].integer(1));
  const auto reason = read.outcome.rfind("exec: ");
  return "fails: " + (reason == read.outcome.npos ? read.outcome : read.outcome.substr(reason));
}

std::string probe_help(const probe_reading& read, int deaths) {
  if (says(read.outcome, "statuscode: ")) return "see what the page says, and the log; or correct READY";
  if (says(read.outcome, "connection refused"))
    return "check that the program listens on that port and on all addresses, not on 127.0.0.1 only";
  if (deaths > 0 && read.kind == "liveness")
    return "check what the page waits for; LIVE must not ask for databases";
  return "check the program's log, and the check itself";
}

std::chrono::milliseconds budget_of(const json& probe) {
  const auto seconds = probe["initialDelaySeconds"].integer()
                       + probe["periodSeconds"].integer(10) * (probe["failureThreshold"].integer(3) + 1);
  return std::chrono::seconds(seconds);
}

struct refusal_reading {
  std::string_view sign, cause, likely, help;
  bool hopeless;
};

constexpr std::array refusal_readings{
    refusal_reading{"exceeded quota", "quota", "the namespace's quota is used up",
                    "ask for less, raise the quota, or remove what is no longer needed", false},
    refusal_reading{"failed quota", "denied", "a quota of the namespace requires the pods to declare what they need",
                    "declare what the message names (PATCH)", true},
    refusal_reading{"violates podsecurity", "denied", "the namespace's Pod Security level forbids such pods",
                    "alter the pod's security settings as the message says (PATCH), or the namespace's level",
                    true},
    refusal_reading{"failed calling webhook", "denied", "an admission webhook of the cluster does not answer",
                    "ask the owner of the webhook; nothing can be created until it answers", false},
    refusal_reading{"denied the request", "denied", "an admission rule of the cluster forbids such pods",
                    "do what the message asks for, or ask the owner of the rule", true},
    refusal_reading{"usage per container", "denied",
                    "a LimitRange of the namespace forbids such requests or limits",
                    "alter CPU or MEMORY as the message says", true},
    refusal_reading{"usage per pod", "denied",
                    "a LimitRange of the namespace forbids such requests or limits",
                    "alter CPU or MEMORY as the message says", true},
    refusal_reading{"error looking up service account", "config", "the pods' ServiceAccount does not exist",
                    "create it, or correct SERVICE_ACCOUNT", true},
    refusal_reading{"is forbidden", "denied", "the cluster forbids such pods", "do what the message asks for",
                    true}};

/// `Error creating: pods "x-y" is forbidden: why` → `why`
std::string reason_within(const std::string& message) {
  const auto forbidden = message.find("is forbidden: ");
  return forbidden == message.npos ? message : message.substr(forbidden + 14);
}

std::string volume_likely(const std::string& words) {
  for (const auto& [sign, kind] : {std::pair{"configmap ", "ConfigMap"}, std::pair{"secret ", "Secret"},
                                   std::pair{"persistentvolumeclaim ", "PersistentVolumeClaim"}})
    if (const std::string name = quoted_after(words, sign); !name.empty() && says(words, "not found"))
      return fmt::format("there is no {} {} for one of its volumes", kind, name);
  if (says(words, "references non-existent"))
    return "a volume takes a key that its ConfigMap or Secret does not have";
  if (says(words, "multi-attach"))
    return "the volume is still attached to another node, where an older pod has it";
  if (says(words, "unbound immediate"))
    return "its PersistentVolumeClaim has no volume: no storage class makes one, or none fits";
  if (says(words, "volume node affinity")) return "its volume lies in a zone in which no node has room";
  return "a volume of the pod cannot be made ready";
}

}  // namespace
}  // namespace kubernetes_rollout_causes_cluster

using namespace kubernetes_rollout_causes_cluster;

finding of_probe(const container_facts& of, const pod_event& event, int deaths) {
  const probe_reading read = reading_of(event.message);
  const json& probe = of.spec[read.kind + "Probe"];
  finding found;
  found.about.cause = "probe";
  found.about.state = "running, not ready";
  if (deaths > 0 && read.kind != "readiness")
    found.about.state = fmt::format("ended {} by its {} check",
                                    deaths == 1 ? "once" : fmt::format("{} times", deaths), read.kind);
  found.about.starting = read.quiet && deaths == 0 && read.kind != "liveness";
  found.about.likely =
      fmt::format("the {} check ({}) {}", read.kind, target_of(probe, of.spec), outcome_of(read, probe));
  found.about.help = probe_help(read, deaths);
  found.log = deaths > 0 ? wanted_log::died_before : wanted_log::newest;
  if (read.kind == "startup") found.allowed = budget_of(probe);
  return found;
}

finding of_scheduling(const json& pod, const std::string& words) {
  finding found;
  const std::string reasons = reasons_of(words);
  found.about.state = "unschedulable: " + reasons;
  if (says(words, "persistentvolumeclaim") || says(words, "volume node affinity")) {
    found = of_volume("unschedulable", reasons);
  } else if (const auto names = short_of(words); !names.empty()) {
    found.about.cause = "unschedulable";
    found.about.likely = "no node has enough free " + missing_resources(pod, names);
    found.asked = asked_for(pod, names);
    found.about.help = "add nodes or ask for less";
  } else if (says(words, "affinity/selector")) {
    found.about.cause = "unschedulable";
    found.about.likely = "no node has the labels that NODE_SELECTOR or an affinity asks for";
    found.about.help = "kubectl get nodes --show-labels";
  } else if (says(words, "untolerated taint")) {
    found.about.cause = "unschedulable";
    found.about.likely = "the nodes have taints that the pod does not tolerate";
    found.about.help = "declare TOLERATIONS, or wait until nodes without these taints are there";
  } else {
    found.about.cause = "unschedulable";
    found.about.likely = "no node takes the pod";
    found.about.help = "add nodes, or alter what the pod asks for";
  }
  return found;
}

finding of_volume(const std::string& reason, const std::string& words) {
  finding found;
  found.about.cause = "volume";
  found.about.state = reason == "unschedulable" ? "unschedulable: " + words : "waiting: " + reason;
  found.about.likely = volume_likely(words);
  found.about.help = "create what is missing, or correct VOLUMES";
  if (says(words, "multi-attach"))
    found.about.help = "wait until the older pod is gone, or use a volume for many readers";
  if (says(words, "unbound immediate"))
    found.about.help = "kubectl describe persistentvolumeclaim, and check its storage class";
  return found;
}

finding of_sandbox(const std::string& words) {
  finding found;
  found.about.cause = "progress";
  found.about.state = "waiting: FailedCreatePodSandBox";
  found.about.likely = "the node cannot set up the pod (network or runtime): " + words;
  found.about.help = "look at the node and its network plugin, or let another node take the pod";
  return found;
}

}  // namespace cicd::kubernetes::causes

namespace cicd::kubernetes {

void add_node_sizes(finding& to, const json& nodes) {
  using causes::kubernetes_rollout_causes_cluster::most_of;
  for (const auto& [name, asked] : to.asked) {
    const auto most = most_of(name, nodes);
    if (!most || asked <= *most) continue;
    to.about.likely = fmt::format("no node is that large: a pod asks for {} {}, and the largest node has {}",
                                  amount_text(asked, name), name, amount_text(*most, name));
    to.about.help = "ask for less, or add larger nodes";
    return;
  }
}

finding finding_of_refusal(const std::string& message) {
  using namespace causes::kubernetes_rollout_causes_cluster;
  finding found;
  const std::string reason = reason_within(message);
  found.about.state = "not created: " + reason;
  found.about.cause = "progress";
  found.about.likely = "the cluster cannot create the pods";
  found.about.help = "do what the message asks for";
  for (const refusal_reading& each : refusal_readings) {
    if (!says(message, each.sign)) continue;
    found.about.cause = each.cause;
    found.about.likely = each.likely;
    found.about.help = each.help;
    found.about.hopeless = each.hopeless;
    break;
  }
  if (const auto keywords = keywords_wanted_by(message); !keywords.empty())
    found.about.help =
        fmt::format("{} {}{}", says(message, "failed quota") ? "declare" : "alter", joined(keywords, " and "),
                    says(message, "failed quota") ? "" : ", as the message says");
  if (const auto quota = reason.find("exceeded quota: "); quota != reason.npos)
    found.about.likely = fmt::format("the namespace's quota is used up: {}", reason.substr(quota + 16));
  if (says(message, "service account")) {
    const std::string name = causes::quoted_after(message, "serviceaccount ");
    if (!name.empty()) found.about.likely = fmt::format("there is no ServiceAccount {}", name);
  }
  return found;
}

}  // namespace cicd::kubernetes
