// Which objects lead to a workload, and the patch that leaves nothing between ours and what runs.
#pragma once

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/kubernetes/adopt/normalized.hpp>
#include <cicd/kubernetes/adopt/proof.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes::adopting {

bool takes_labels(const json& selector, const json& labels) {
  const auto& pairs = selector.members();
  return !pairs.empty() && std::all_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
    return labels[pair.first] == pair.second;
  });
}

namespace {

/// One host, one path, and that Service behind it.
bool is_our_rule(const json& rule, const std::string& front) {
  const std::string host = rule["host"].text();
  const json& paths = rule["http"]["paths"];
  return host_name::accepts(host) && detail::is_dns_name(host) && paths.elements().size() == 1
         && paths.elements().front()["path"].text() == "/"
         && paths.elements().front()["pathType"].text() == "Prefix"
         && paths.elements().front()["backend"]["service"]["name"].text() == front;
}

const json& port_behind(const json& rule) {
  return rule["http"]["paths"].elements().front()["backend"]["service"]["port"];
}

/// The same hosts, in any order.
bool are_hosts_of(const json& tls, const json::array& rules) {
  std::vector<std::string> covered = tls["hosts"].texts(), there;
  for (const json& each : rules) there.push_back(each["host"].text());
  std::ranges::sort(covered);
  std::ranges::sort(there);
  return covered == there;
}

}  // namespace

bool is_our_shape(const json& ingress, const std::string& front) {
  const json& spec = ingress["spec"];
  const json::array& rules = spec["rules"].elements();
  const json::array& tls = spec["tls"].elements();
  if (rules.empty() || tls.size() > 1 || !spec["defaultBackend"].is_null()) return false;
  if (!tls.empty() && !are_hosts_of(tls.front(), rules)) return false;
  return std::ranges::all_of(rules, [&](const json& each) {
    return is_our_rule(each, front) && port_behind(each) == port_behind(rules.front());
  });
}

bool leads_to_any(const json& object, const std::vector<found_workload>& workloads) {
  const std::string kind = object["kind"].text();
  const json& spec = object["spec"];
  return std::any_of(workloads.begin(), workloads.end(), [&](const found_workload& each) {
    const json& labels = each.pod()["metadata"]["labels"];
    if (kind == "Service") return takes_labels(spec["selector"], labels);
    if (kind == "PodDisruptionBudget") return takes_labels(spec["selector"]["matchLabels"], labels);
    if (kind == "HorizontalPodAutoscaler") return spec["scaleTargetRef"]["name"].text() == each.name();
    if (kind != "Ingress") return false;
    const auto leads = [&](const json& path) {
      return path["backend"]["service"]["name"].text() == each.name();
    };
    return std::any_of(spec["rules"].elements().begin(), spec["rules"].elements().end(),
                       [&](const json& rule) {
                         const auto& paths = rule["http"]["paths"].elements();
                         return std::any_of(paths.begin(), paths.end(), leads);
                       });
  });
}

model_or_errors model_by(const std::vector<written_call>& calls) {
  recorded_calls recorded{{"/adopted", "/adopted/build", "", {}}, {}};
  std::map<std::string, int> counts;
  for (const written_call& each : calls)
    recorded.calls.push_back(
        {{"/adopted/CMakeLists.txt", each.function, ++counts[each.function]}, "/adopted", words_of(each)});
  return model_of(recorded, {});
}

result<std::vector<object>> rendered_by(const std::vector<written_call>& calls,
                                        const std::vector<known_image>& images,
                                        const std::vector<adoption::file>& files,
                                        const adoption_request& request) {
  model_or_errors model = model_by(calls);
  if (!model.errors.empty()) return std::move(model.errors.front());
  release_facts facts{.pipeline = request.pipeline, .environment = request.environment, .images = {}};
  for (const known_image& each : images) facts.images[each.name] = {each.reference, "", "", ""};
  for (const adoption::file& each : files) {
    facts.files[each.path] = each.text;
    if (each.path.starts_with("k8s/adopted/")) facts.manifests.push_back(each.path);
  }
  facts.server_minor = request.server_minor;
  return objects_of(model.model.pipelines.front(), facts);
}

/// Says the Service's port and the certificate as they are; the hosts are HOST's.
inline std::string ingress_patch(const json& ours, const json& live) {
  const json::array& rules = live["spec"]["rules"].elements();
  const json &port = port_behind(rules.front()), &tls = live["spec"]["tls"];
  json::array operations;
  for (std::size_t at = 0; at < rules.size() && port["name"].text() != "http"; ++at)
    operations.push_back(members_of("op", "replace", "path",
                                    fmt::format("/spec/rules/{}/http/paths/0/backend/service/port", at),
                                    "value", port));
  if (!tls.is_null() && tls != ours["spec"]["tls"])
    operations.push_back(members_of("op", "add", "path", "/spec/tls", "value", tls));
  if (operations.empty()) return {};
  json target = members_of("kind", "Ingress", "name", live["metadata"]["name"]);
  return "---\n" + yaml_text(members_of("target", std::move(target), "patch", json(std::move(operations))));
}

std::string patch_document(const object& ours, const json& live) {
  if (ours.kind == "Ingress") return ingress_patch(ours.content, live);
  const auto patch = patch_between(declared_part_of(ours.content), live);
  if (!patch) return {};
  json document = members_of("apiVersion", live["apiVersion"], "kind", live["kind"]);
  json metadata = members_of("name", live["metadata"]["name"]);
  for (const auto& [key, value] : (*patch)["metadata"].members())
    if (key != "namespace" && key != "name") metadata.set(key, value);
  document.set("metadata", std::move(metadata));
  for (const auto& [key, value] : patch->members())
    if (key != "metadata" && key != "kind" && key != "apiVersion") document.set(key, value);
  const bool says_nothing = document.members().size() == 3 && document["metadata"].members().size() == 1;
  return says_nothing ? std::string() : "---\n" + yaml_text(document);
}

}  // namespace cicd::kubernetes::adopting
