// Typed Kubernetes objects and their text. Pure: declarations in, YAML out, the same bytes every time, valid
// for Kubernetes 1.29 to 1.34. Knows names, labels and selectors; not how an image is made or how objects
// reach a cluster.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/declare/model.hpp>

namespace cicd::kubernetes {

/// An image as it is released. All of it is about the commit that first built its digest, so that somebody
/// else's commit changes nothing.
struct image_facts {
  std::string reference;     ///< `<repository>:<tag>@<digest>`
  std::string tag;           ///< also the version
  std::string built_from;    ///< commit, 40 digits; empty when unknown
  std::string built_branch;  ///< empty when unknown
};

/// What a deployment is about, beside the declaration.
struct release_facts {
  std::string pipeline, environment;
  std::map<std::string, image_facts> images;  ///< by name
  bool protected_branch = true;
};

/// One object with its identity and file name.
struct object {
  std::string kind, name;  ///< `Deployment`, `orders-api`
  std::string file;        ///< `orders-api.deployment.yaml`
  json content;            ///< members in the order in which they are written
};

/// Deployment, Service, Ingress (and HorizontalPodAutoscaler for a range of replicas) of every service of the
/// pipeline as it is in that environment, sorted by file name. Class `usage` where a value cannot be
/// rendered.
///
/// Selectors can never be changed later: a Service selects `cicd.dev/traffic: <pipeline>.<service>`, a
/// Deployment `cicd.dev/workload: <pipeline>.<service>` and `cicd.dev/track: stable`. The descriptive labels
/// (app, service, branch, commit_id, protected_branch, version, app.kubernetes.io/*, tags.datadoghq.com/*)
/// are in no selector.
result<std::vector<object>> objects_of(const declared_pipeline& pipeline, const release_facts& facts);

/// YAML of one document: block style, every text quoted that YAML could read as something else, a newline at
/// the end.
std::string yaml_text(const json& value);

/// `text` as a label value (at most 63 of `[A-Za-z0-9._-]`, alphanumeric ends); the same text when it is one
/// already, else cut and ended with a hash of the whole, so that two texts never become one.
std::string label_value(std::string_view text);

/// `text` as one part of a host name: at most 40 lower-case letters, digits and `-`; the same text when it is
/// one already, else ended with a hash of the whole. What {slug} stands for, given a branch.
std::string slug_of(std::string_view text);

}  // namespace cicd::kubernetes
