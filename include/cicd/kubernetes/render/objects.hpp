// Typed Kubernetes objects and their text. Pure: declarations in, YAML out, the same bytes every time, valid
// for Kubernetes 1.29 to 1.34. Knows names, labels and selectors; not how an image is made or how objects
// reach a cluster.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/declare/model.hpp>

namespace cicd::kubernetes {

/// An image as it is released. All of it is about the commit that first built its digest, so that another
/// commit changes nothing.
struct image_facts {
  std::string reference;     ///< `<repository>:<tag>@<digest>`
  std::string tag;           ///< also the version
  std::string built_from;    ///< commit, 40 digits; empty when unknown
  std::string built_branch;  ///< empty when unknown
};

/// Beside the environment's own pods there can be a branch's: a preview, with objects and requests of its
/// own, or a canary, a Deployment alone whose pods join the Service of the environment.
enum class track : std::uint8_t { stable, preview, canary };

/// The branch's side of a preview or a canary.
struct branch_facts {
  std::string branch;                  ///< whole name; empty for `stable`
  std::string host;                    ///< of a preview, placeholders replaced; empty: no Ingress
  std::string namespace_name;          ///< of its own; empty: the environment's
  std::vector<std::string> services;   ///< those it has; empty: all
  std::vector<std::string> cron_jobs;  ///< those it has; empty: none
  int replicas = 1;                    ///< of each service
  std::string expires;                 ///< RFC 3339 time, an annotation on every object; empty: never
};

/// What a deployment is about, beside the declaration.
struct release_facts {
  std::string pipeline, environment;
  std::map<std::string, image_facts> images;  ///< by name
  bool protected_branch = true;
  track on = track::stable;
  /// An agent sets `app.kubernetes.io/instance` itself and finds its objects by it: we leave it out.
  bool leaves_instance = false;
  branch_facts of_branch{};
  /// The content of files that CONFIG_FILES, MANIFESTS and PATCH name, by their path below the source folder;
  /// MANIFESTS already matched, in `manifests`.
  std::map<std::string, std::string> files{};
  std::vector<std::string> manifests{};
  std::vector<std::string> templates{};  ///< those of them whose OpenShift Templates become objects
  std::map<std::string, std::string> parameters{};  ///< with these values
  /// What is known of the cluster's own ConfigMaps and Secrets that pods read: `config/orders` → a digest of
  /// its data. It stands in an annotation of the pods that read it, so that they roll when it changes.
  std::map<std::string, std::string> config_digests{};
  /// The cluster's minor version (34 of 1.34); 0 where no cluster is asked: the oldest that we support, 29.
  int server_minor = 0;
  std::string version{};  ///< what `{version}` stands for; empty: the image's tag
};

/// One object with its identity and file name.
struct object {
  std::string kind, name;  ///< `Deployment`, `orders-api`
  std::string file;        ///< `orders-api.deployment.yaml`
  json content;            ///< members in the order in which they are written
};

/// Every object of the pipeline as it is in that environment (or of the branch's preview or canary), sorted
/// by file name: Namespace (CREATE_NAMESPACE, or a preview's own), ServiceAccount, ConfigMap, Deployment or
/// StatefulSet, HorizontalPodAutoscaler, PodDisruptionBudget, NetworkPolicy, Service, Ingress, CronJob, and
/// the team's own MANIFESTS, with labels, each altered by its PATCH. Class `usage` where a value cannot be
/// rendered.
///
/// Selectors can never be changed later: a Service selects `cicd.dev/traffic: <pipeline>.<service>`, a
/// Deployment `cicd.dev/workload: <pipeline>.<service>` and `cicd.dev/track: stable`. A canary's pods bear
/// the Service's traffic label, and `cicd.dev/track: canary`; a preview's bear neither the traffic nor the
/// workload label of the environment but values of their own. The descriptive labels (app, service, branch,
/// commit_id, protected_branch, version, app.kubernetes.io/*, tags.datadoghq.com/*) are in no selector.
result<std::vector<object>> objects_of(const declared_pipeline& pipeline, const release_facts& facts);

/// What a deploy does beyond what was declared, or cannot do here, a sentence each: `DRAIN needs
/// Kubernetes 1.30`.
std::vector<std::string> remarks_on(const declared_pipeline& pipeline, const release_facts& facts);

/// The ConfigMaps and Secrets of the cluster that pods of the pipeline read in that environment, as
/// `config/orders`, `secret/orders-db`, each once; what `config_digests` should know.
std::vector<std::string> configuration_read_by(const declared_pipeline& pipeline,
                                               std::string_view environment,
                                               track on = track::stable);

/// A Job that runs the deployed image of a service or a cron job once with its environment, volumes and
/// rights: `command` in place of its own, or its own where it is empty. `name` is the Job's.
result<json> job_of(const declared_pipeline& pipeline,
                    const release_facts& facts,
                    std::string_view service_or_cron_job,
                    const std::vector<std::string>& command,
                    const std::string& name);

}  // namespace cicd::kubernetes
