// Which objects lead to a workload, and the patch that leaves nothing between ours and what runs.
#pragma once

#include <algorithm>
#include <map>

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

bool is_our_shape(const json& ingress, const std::string& front) {
  const json& spec = ingress["spec"];
  if (spec["rules"].elements().size() != 1 || spec["tls"].elements().size() > 1
      || !spec["defaultBackend"].is_null())
    return false;
  const json& rule = spec["rules"].elements().front();
  const json& paths = rule["http"]["paths"];
  const bool is_tls_alike = spec["tls"].elements().empty()
                            || spec["tls"].elements().front()["hosts"] == json_texts({rule["host"].text()});
  return host_name::accepts(rule["host"].text()) && is_tls_alike && paths.elements().size() == 1
         && paths.elements().front()["path"].text() == "/"
         && paths.elements().front()["pathType"].text() == "Prefix"
         && paths.elements().front()["backend"]["service"]["name"].text() == front;
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

result<std::vector<object>> rendered_by(const std::vector<written_call>& calls,
                                        const std::vector<known_image>& images,
                                        const std::vector<adoption::file>& files,
                                        const adoption_request& request) {
  recorded_calls recorded{{"/adopted", "/adopted/build", "", {}}, {}};
  std::map<std::string, int> counts;
  for (const written_call& each : calls)
    recorded.calls.push_back(
        {{"/adopted/CMakeLists.txt", each.function, ++counts[each.function]}, "/adopted", words_of(each)});
  model_or_errors model = model_of(recorded, {});
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

inline std::string ingress_patch(const json& live) {
  const json& port =
      live["spec"]["rules"].elements().front()["http"]["paths"].elements().front()["backend"]["service"]
                                                                                  ["port"];
  if (port["name"].text() == "http") return {};
  json target = members_of("kind", "Ingress", "name", live["metadata"]["name"]);
  json operation =
      members_of("op", "replace", "path", "/spec/rules/0/http/paths/0/backend/service/port", "value", port);
  return "---\n" + yaml_text(members_of("target", std::move(target), "patch", list_of(std::move(operation))));
}

std::string patch_document(const object& ours, const json& live) {
  if (ours.kind == "Ingress") return ingress_patch(live);
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
