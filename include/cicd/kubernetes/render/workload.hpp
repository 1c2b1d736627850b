// One service or cron job of a pipeline as it is in one environment (or in a branch's preview or canary),
// with everything that its objects share worked out once: names, labels, images, variables, volumes. What the
// renderers of the single objects hand to each other; the rooms above use its labels and names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/declare/placeholders.hpp>
#include <cicd/kubernetes/render/objects.hpp>

namespace cicd::kubernetes {

/// The label by which a Service finds its pods; a canary's pods bear it too, a preview's never the
/// environment's.
inline constexpr std::string_view traffic_label = "cicd.dev/traffic";
/// The labels by which a Deployment finds its pods; the last one on those of branches only.
inline constexpr std::string_view workload_label = "cicd.dev/workload";
inline constexpr std::string_view track_label = "cicd.dev/track";
inline constexpr std::string_view branch_label = "cicd.dev/branch";
/// What marks the pods of a cron job or of a task; no selector asks for it.
inline constexpr std::string_view job_label = "cicd.dev/job-of";

/// The oldest Kubernetes that we promise, and the first in which a container can drain by sleeping.
inline constexpr int oldest_minor = 29;
inline constexpr int drain_minor = 30;

/// An environment variable with its placeholders replaced; `field` names what the cluster knows of the pod.
struct variable {
  std::string name, value, field{};
};

/// A file of CONFIG_FILES.
struct config_file {
  std::string from;  ///< below the source folder
  std::string key;   ///< in the ConfigMap
  std::string path;  ///< in the container
};

/// A volume with its one definition, and a mount of it.
struct volume {
  std::string source;  ///< as declared: `secret:orders-tls`
  std::string name;
};

/// A container beside the main one.
struct further_container {
  cicd::container declared{};
  const cicd::image* image = nullptr;  ///< nothing where it is not of this pipeline
  std::string reference;
  std::vector<variable> env;
};

struct workload {
  service
      declared;  ///< with the values of the environment; of a cron job what its pods share with a service's
  std::optional<cron_job> scheduled{};  ///< of a cron job
  bool runs_once = false;               ///< a cron job or a task: no ports, probes, lifecycle
  const cicd::image* image = nullptr;
  std::string name;            ///< of its objects: `orders-api`
  std::string stable_name;     ///< the name in the environment, which a branch's pods share the account with
  std::string namespace_name;  ///< empty where none is declared
  std::string reference;       ///< `<repository>:<tag>@<digest>`
  std::vector<std::string> hosts;  ///< none where there is no Ingress
  std::string account;             ///< service account; empty where there is none
  std::vector<variable> env{};
  std::vector<further_container> beside{};
  std::string files_name{};  ///< of the ConfigMap with `files`
  std::vector<config_file> files{};
  std::vector<volume> volumes{};
  std::string traffic{};  ///< the value of the traffic label, never that of another pair; empty: none
  json selector{};        ///< the labels by which its pods, and no others, are found
  json requests_to{};     ///< the labels by which its Service finds pods; a canary's bear them too
  std::string pods_of{};  ///< the value of the workload label
  json labels{};          ///< the descriptive ones, in no selector
  json stable_labels{};   ///< those that never change, for volume claims
  json annotations{};     ///< of every object and of the pods
  std::string expires{};  ///< of the objects only
  json pod_annotations{};
  std::int64_t drain = 0;  ///< seconds; 0 where the cluster or the declaration has none
  std::int64_t grace = 30;
  replica_range replicas{};
  bool is_stable = true;     ///< neither a preview nor a canary
  bool disruptable = false;  ///< whether a disruption budget is wanted
};

// --- names ---

/// `<pipeline>-<service>` as every kind of object may be called (RFC 1035 label, at most `most`). A name that
/// had to be altered ends with a hash of the pair.
std::string workload_name(std::string_view pipeline, std::string_view service, std::size_t most = 63);
/// What the objects of a service or cron job are called in the environment: its NAMED, else `workload_name`.
std::string name_in_environment(std::string_view pipeline, const service& of, std::size_t most = 63);
/// `<name>-<suffix>`, at most `most` characters; cut and ended with a hash of the name where it would be
/// longer.
std::string name_with(std::string_view name, std::string_view suffix, std::size_t most = 63);
/// `<slug>-<hash>` of a branch: the value of the branch label, and what is in the names of a branch's
/// objects.
std::string branch_key(std::string_view branch);
/// The twelve digits that tell a text from every other.
std::string short_hash(std::string_view text);

// --- what a workload is ---

/// Thrown where a declaration is rendered that the checks of declare/ would have refused: a bug.
[[noreturn]] void not_checked(const workload& of, std::string_view what);
/// An error of a service or cron job, with where its value was declared; `field` such as `volumes`.
error refused(const declared_pipeline& pipeline,
              const workload& of,
              std::string_view field,
              std::string what);
/// What the pods of a cron job share with those of a service.
service pods_of(const cron_job& declared);
/// A service as it is in the environment or the branch of `facts`.
result<workload> workload_of(const declared_pipeline& pipeline, service declared, const release_facts& facts);
result<workload> workload_of(const declared_pipeline& pipeline,
                             const cron_job& declared,
                             const release_facts& facts);
/// What a declaration says and that branch, or that cluster, cannot do.
std::optional<error> contradiction_in(const declared_pipeline& pipeline, const workload& of);
/// The environment of `facts`, or nothing.
const environment* environment_of(const pipeline& declared, std::string_view name);
/// The image of that name, or the only one where the name is empty.
const image* image_named(const pipeline& declared, std::string_view name);
/// What IN calls the copies of branches; empty of the environment itself.
std::string_view copy_named(track on);
/// Services and cron jobs as they are in an environment or a branch's copy, by name, each merged from its own
/// calls only.
std::vector<service> services_in(const pipeline& declared,
                                 std::string_view environment,
                                 track on = track::stable);
std::vector<cron_job> cron_jobs_in(const pipeline& declared,
                                   std::string_view environment,
                                   track on = track::stable);

// --- labels ---

/// Sets labels, stable labels and annotations. False values of `pipeline.labels` are refused before.
void describe(workload& of,
              const declared_pipeline& pipeline,
              const image_facts& image,
              const release_facts& facts);
/// The same for what belongs to no single service: accounts, manifests, a preview's namespace.
workload whole_pipeline(const declared_pipeline& pipeline, const release_facts& facts);
/// What every placeholder stands for; one that is not known has no value.
placeholder_values placeholders_of(const image_facts& image, const release_facts& facts);

// --- pods ---

/// The ConfigMaps and Secrets of the cluster that the pods read, as `config/orders`; sorted, each once.
std::vector<std::string> read_by(const service& declared, const std::vector<further_container>& beside);
/// Decides keys and names; refuses two volumes of one name.
status add_volumes(workload& of, const declared_pipeline& pipeline);
/// `volumes` of a pod; without those that a StatefulSet claims.
json::array pod_volumes(const workload& of);
/// `volumeMounts` of the main container, or of one beside it.
json::array main_mounts(const workload& of);
json::array further_mounts(const workload& of, const further_container& container);
/// `volumeClaimTemplates`.
json::array claim_templates(const workload& of);
/// The ConfigMap with the files; class `usage` where one is missing or all are too large.
result<json> files_object(const declared_pipeline& pipeline, const workload& of, const release_facts& facts);
/// Whether /tmp is an empty folder, since the root cannot be written.
bool root_is_read_only(const workload& of, const cicd::image* image);

/// The containers: `containers` and `initContainers` of the pod's spec, where there are such.
json main_container(const workload& of);
json::array initial_containers(const workload& of);
/// Whether every container's image is of this pipeline, so that its user is known.
bool all_users_known(const workload& of);
std::int64_t user_of(const workload& of);

/// The metadata of an object of the workload.
json metadata_of(const workload& of, std::string_view name);
/// The pods: metadata and spec, as `spec.template` of a Deployment has them.
json pod_template(const workload& of);

// --- objects ---

json document(
    std::string_view version, std::string_view kind, const workload& of, std::string_view name, json spec);
/// The Deployment or the StatefulSet.
json running(const workload& of);
json service_object(const workload& of);
json headless_service(const workload& of);
json ingress(const workload& of);
json autoscaler(const workload& of);
json disruption_budget(const workload& of);
json network_policy(const workload& of);
/// The CronJob.
json cron_job_object(const workload& of);

}  // namespace cicd::kubernetes
