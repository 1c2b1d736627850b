// Typed Kubernetes objects and their text. Pure: declarations in, YAML out, the same bytes every time, valid for Kubernetes 1.29 to 1.34.
// Knows names, labels and selectors; not how an image is made or how objects reach a cluster.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/declare/model.hpp>

namespace cicd::kubernetes {

/// What a deployment is about, beside the declaration.
struct release_facts {
  std::string pipeline, environment;
  std::map<std::string, std::string> images;  ///< image name → `<repository>:<tag>@<digest>`
  /// Of the commit that first built these images, so that somebody else's commit changes nothing: {branch}, {commit}, {commit_short}, {version}, …
  placeholder_values placeholders;
  std::string branch, commit_short, version;
  bool protected_branch = true;
};

/// One object with its identity and file name.
struct object {
  std::string kind, name;  ///< `Deployment`, `orders-api`
  std::string file;        ///< `orders-api.deployment.yaml`
  json content;            ///< members in the order in which they are written
};

/// Deployment, Service, Ingress (and HorizontalPodAutoscaler for a range of replicas) of every service of the pipeline as it is in
/// that environment, sorted by file name. Class `usage` where a value cannot be rendered.
///
/// Selectors can never be changed later: a Service selects `cicd.dev/traffic: <pipeline>-<service>`, a Deployment `cicd.dev/workload: <pipeline>-<service>` and
/// `cicd.dev/track: stable`. The descriptive labels (app, service, branch, commit_id, protected_branch, version, app.kubernetes.io/*,
/// tags.datadoghq.com/*) are in no selector.
result<std::vector<object>> objects_of(const declared_pipeline& pipeline, const release_facts& facts);

/// YAML of one document: block style, every text quoted that YAML could read as something else, a newline at the end.
std::string yaml_text(const json& value);

/// `text` as a label value (at most 63 of `[A-Za-z0-9._-]`, alphanumeric ends); the same text when it is one already, else cut and
/// ended with a hash of the whole, so that two texts never become one.
std::string label_value(std::string_view text);

}  // namespace cicd::kubernetes
