// A team's own objects: ours in nothing but the descriptive labels that they do not have themselves.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/kubernetes/kinds.hpp>
#include <cicd/kubernetes/render/manifests.hpp>
#include <cicd/kubernetes/render/openshift_template.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_manifests {

inline error no_object(const std::string& file, std::size_t number, std::string_view what) {
  return {
      .kind = exit_class::usage,
      .subject = file,
      .what = fmt::format("document {} is not a Kubernetes object: {}", number + 1, what),
      .value = {},
      .notes = {
          {"try",
           "give each document apiVersion, kind and metadata.name, and leave other files out of MANIFESTS"}}};
}

inline std::string_view missing_in(const json& document) {
  if (document["apiVersion"].text().empty()) return "it has no apiVersion";
  if (document["kind"].text().empty()) return "it has no kind";
  if (document["metadata"]["name"].text().empty()) return "it has no metadata.name";
  return {};
}

/// Of a kind that we do not know the cluster says later whether it has a namespace.
inline bool wants_namespace(const json& document) {
  const kind_facts* known = kind_named(object_key::of(document).kind);
  return known != nullptr && known->namespaced && document["metadata"]["namespace"].text().empty();
}

/// The members in the order in which people expect them, with what is missing in between.
inline json metadata_with(const json& own, const workload& ours, bool with_namespace) {
  json metadata = own;
  if (with_namespace && !ours.namespace_name.empty()) metadata.set("namespace", ours.namespace_name);
  const auto fill = [&](const char* key, const json& from) {
    json held = metadata[key];
    for (const auto& [name, value] : from.members())
      if (held[name].is_null()) held.set(name, value);
    if (!held.members().empty()) metadata.set(key, std::move(held));
  };
  fill("labels", ours.labels);
  fill("annotations", ours.annotations);
  return metadata;
}

inline std::string file_of(const json& document, const workload& ours) {
  const json& metadata = document["metadata"];
  const std::string place = metadata["namespace"].text();
  std::string file = place.empty() || place == ours.namespace_name ? "" : place + '.';
  file += metadata["name"].text() + '.' + lower(object_key::of(document).kind) + ".yaml";
  return replaced_all(std::move(file), "/", "_");
}

/// The items of a List are objects like others.
inline std::vector<json> opened(std::vector<json> documents) {
  std::vector<json> all;
  for (json& each : documents) {
    if (each["kind"].text() == "List" && each["items"].is_array())
      for (const json& item : each["items"].elements()) all.push_back(item);
    else
      all.push_back(std::move(each));
  }
  return all;
}

/// The objects of the Templates among them.
inline result<std::vector<json>> expanded(std::vector<json> documents,
                                          const std::string& file,
                                          const release_facts& facts) {
  std::vector<json> all;
  for (json& each : documents) {
    if (!is_openshift_template(each)) {
      all.push_back(std::move(each));
      continue;
    }
    result<std::vector<json>> objects = objects_of_template(each, facts.parameters, file);
    if (!objects) return objects;
    for (json& object : *objects) all.push_back(std::move(object));
  }
  return all;
}

/// Each value that is given is that of a parameter of one of the templates.
inline status check_parameters(const declared_pipeline& pipeline, const release_facts& facts) {
  if (facts.parameters.empty()) return {};
  std::vector<std::string> known;
  for (const std::string& file : facts.templates) {
    const auto text = facts.files.find(file);
    const auto documents = yaml_documents(text == facts.files.end() ? "" : text->second, file);
    if (!documents) return documents.error();
    for (const json& each : *documents)
      if (is_openshift_template(each))
        for (std::string& name : parameters_in(each)) known.push_back(std::move(name));
  }
  for (const auto& [name, value] : facts.parameters)
    if (std::ranges::find(known, name) == known.end())
      return with_origin(error{exit_class::usage,
                               facts.pipeline + "/" + facts.environment,
                               known.empty() ? "PARAMETERS: MANIFESTS_FROM has no template"
                                             : "PARAMETERS: no template has such a parameter",
                               name,
                               {}},
                         pipeline, "environment." + facts.environment + ".parameters")
          .with("did you mean", nearest(name, known).value_or(""))
          .with("allowed", joined(known, ", "));
  return {};
}

}  // namespace kubernetes_render_manifests

result<std::vector<manifest>> manifests_of(const declared_pipeline& pipeline, const release_facts& facts) {
  std::vector<manifest> all;
  const workload ours = whole_pipeline(pipeline, facts);
  if (status known = kubernetes_render_manifests::check_parameters(pipeline, facts); !known)
    return std::move(known).error();
  for (const std::string& file : facts.manifests) {
    const auto text = facts.files.find(file);
    result<std::vector<json>> documents = yaml_documents(text == facts.files.end() ? "" : text->second, file);
    if (documents && std::ranges::find(facts.templates, file) != facts.templates.end())
      documents = kubernetes_render_manifests::expanded(*std::move(documents), file, facts);
    if (!documents) return std::move(documents).error();
    std::vector<json> objects = kubernetes_render_manifests::opened(std::move(*documents));
    for (std::size_t number = 0; number < objects.size(); ++number) {
      json& document = objects[number];
      if (const auto missing = kubernetes_render_manifests::missing_in(document); !missing.empty())
        return kubernetes_render_manifests::no_object(file, number, missing);
      const bool inside = kubernetes_render_manifests::wants_namespace(document);
      document.set("metadata",
                   kubernetes_render_manifests::metadata_with(document["metadata"], ours, inside));
      object content{document["kind"].text(), document["metadata"]["name"].text(),
                     kubernetes_render_manifests::file_of(document, ours), std::move(document)};
      all.push_back({std::move(content), file});
    }
  }
  return all;
}

}  // namespace cicd::kubernetes
