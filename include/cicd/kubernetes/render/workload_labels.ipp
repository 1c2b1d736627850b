// The labels and annotations that tell a person and a dashboard what an object is: the seed's, Kubernetes',
// Datadog's and the team's own. None of them is in a selector, and all speak of the build and not of the
// deploy.
#pragma once

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/kubernetes/render/names.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_workload_labels {

/// Always seven digits.
inline std::string short_commit(const image_facts& image) {
  return image.built_from.substr(0, 7);
}

/// Adds what is known: an empty value gives no label.
struct writer {
  json::object& to;
  void operator()(std::string_view key, std::string value) const {
    if (!value.empty()) to.emplace_back(std::string(key), std::move(value));
  }
};

struct described_names {
  std::string app, service, branch, version;
};

/// A preview bears its branch where an environment's pods bear the build's.
inline described_names names_in(const workload& of, const image_facts& image, const release_facts& facts) {
  const std::string branch =
      label_value(facts.on == track::stable ? image.built_branch : facts.of_branch.branch);
  if (facts.on != track::preview)
    return {label_value(of.stable_name), label_value(of.stable_name), branch, label_value(image.tag)};
  return {label_value(of.stable_name + '-' + slug_of(facts.of_branch.branch)), label_value(of.stable_name),
          branch, branch};
}

inline std::string_view track_text(track on) {
  if (on == track::preview) return "preview";
  return on == track::canary ? "canary" : "stable";
}

/// What never changes as long as the object lives.
inline void add_stable(const writer& add,
                       const workload& of,
                       const described_names& names,
                       const release_facts& facts) {
  add("app.kubernetes.io/name", names.service);
  if (!facts.leaves_instance) add("app.kubernetes.io/instance", names.app);
  add("app.kubernetes.io/component", of.declared.name.str());
  add("app.kubernetes.io/part-of", facts.pipeline);
  add("app.kubernetes.io/managed-by", "cicd");
  add("cicd.dev/pipeline", facts.pipeline);
  add("cicd.dev/environment", facts.environment);
  add(track_label, std::string(track_text(facts.on)));
  if (facts.on != track::stable) add(branch_label, branch_key(facts.of_branch.branch));
}

inline void add_changing(const writer& add,
                         const described_names& names,
                         const image_facts& image,
                         const release_facts& facts) {
  const std::string commit = label_value(short_commit(image));
  add("app", names.app);
  add("service", names.service);
  add("branch", names.branch);
  add("commit_id", commit);
  add("protected_branch", facts.protected_branch && facts.on == track::stable ? "true" : "false");
  add("version", names.version);
  add("app.kubernetes.io/version", names.version);
  add("tags.datadoghq.com/service", names.service);
  add("tags.datadoghq.com/env", facts.environment);
  add("tags.datadoghq.com/version", commit.empty() ? label_value(image.tag) : commit);
}

/// What a label cannot hold whole: the commit, and texts that had to be altered.
inline json annotations_of(const image_facts& image, const release_facts& facts) {
  const bool of_branch = facts.on != track::stable;
  const std::string& branch = of_branch ? facts.of_branch.branch : image.built_branch;
  json::object annotations;
  if (!image.built_from.empty()) annotations.emplace_back("cicd.dev/commit", image.built_from);
  if (of_branch || label_value(branch) != branch)
    annotations.emplace_back("cicd.dev/branch", valid_utf8(branch));
  if (label_value(image.tag) != image.tag)
    annotations.emplace_back("cicd.dev/version", valid_utf8(image.tag));
  return json(std::move(annotations));
}

/// The key of the annotation that keeps the whole value of a team's label; a key holds one `/` and 63
/// characters.
inline std::string kept_whole(std::string_view key) {
  const std::string flat = "label." + replaced_all(std::string(key), "/", "_");
  return "cicd.dev/" + (flat.size() <= 63 ? flat : "label." + short_hash(key));
}

inline void add_own(workload& of, const pipeline& declared, const placeholder_values& values) {
  for (const annotation& each : declared.labels) {
    const std::string whole = with_placeholders(each.value, values);
    const std::string value = label_value(whole);
    of.labels.set(each.key.str(), value);
    if (value != whole) of.annotations.set(kept_whole(each.key.view()), valid_utf8(whole));
  }
}

}  // namespace kubernetes_render_workload_labels

void describe(workload& of,
              const declared_pipeline& pipeline,
              const image_facts& image,
              const release_facts& facts) {
  const kubernetes_render_workload_labels::described_names names =
      kubernetes_render_workload_labels::names_in(of, image, facts);
  json::object all, stable;
  all.reserve(24 + pipeline.declared.labels.size());
  kubernetes_render_workload_labels::add_changing({all}, names, image, facts);
  kubernetes_render_workload_labels::add_stable({stable}, of, names, facts);
  all.insert(all.end(), stable.begin(), stable.end());
  of.labels = json(std::move(all));
  of.stable_labels = json(std::move(stable));
  of.annotations = kubernetes_render_workload_labels::annotations_of(image, facts);
  if (facts.on != track::stable) of.expires = facts.of_branch.expires;
  placeholder_values values = placeholders_of(image, facts);
  values.merge(settings_in(pipeline.declared, facts.environment, copy_named(facts.on)));
  kubernetes_render_workload_labels::add_own(of, pipeline.declared, values);
}

workload whole_pipeline(const declared_pipeline& pipeline, const release_facts& facts) {
  static const image_facts nothing;
  workload of;
  of.name = of.stable_name = facts.pipeline;
  if (facts.on == track::preview) of.name = branch_object_name(facts.pipeline, facts.of_branch.branch, 63);
  if (const environment* place = environment_of(pipeline.declared, facts.environment))
    of.namespace_name = place->namespace_name.str();
  if (!facts.of_branch.namespace_name.empty()) of.namespace_name = facts.of_branch.namespace_name;
  describe(of, pipeline, facts.images.empty() ? nothing : facts.images.begin()->second, facts);
  return of;
}

placeholder_values placeholders_of(const image_facts& image, const release_facts& facts) {
  const std::string& branch = facts.on == track::stable ? image.built_branch : facts.of_branch.branch;
  placeholder_values values;
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty()) values.emplace(name, std::move(value));
  };
  add("pipeline", facts.pipeline);
  add("environment", facts.environment);
  add("image", image.reference);
  add("version", facts.version.empty() ? image.tag : facts.version);
  add("commit", image.built_from);
  add("commit_short", kubernetes_render_workload_labels::short_commit(image));
  add("branch", branch);
  if (!branch.empty()) add("slug", slug_of(branch));
  return values;
}

json metadata_of(const workload& of, std::string_view name) {
  json metadata = members_of("name", name);
  if (!of.namespace_name.empty()) metadata.set("namespace", of.namespace_name);
  metadata.set("labels", of.labels);
  if (of.annotations.members().empty() && of.expires.empty()) return metadata;
  json annotations = of.annotations;
  if (!of.expires.empty()) annotations.set("cicd.dev/expires", of.expires);
  metadata.set("annotations", std::move(annotations));
  return metadata;
}

json document(
    std::string_view version, std::string_view kind, const workload& of, std::string_view name, json spec) {
  return members_of("apiVersion", version, "kind", kind, "metadata", metadata_of(of, name), "spec",
                    std::move(spec));
}

}  // namespace cicd::kubernetes
