// The kinds of what a pipeline declares, each once: the parser, the draft, the checks, the model and explain
// walk this list. A new kind is a struct, its list in `pipeline`, its place here, and the CMake function of
// its name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/pipeline.hpp>

namespace cicd::declaring {

/// What is said of a kind, and where a pipeline holds those of it.
template <typename T>
struct kind_words {
  std::vector<T> pipeline::*list;
  std::string_view name;       ///< as in `cron_job.schedule`
  std::string_view function;   ///< of CMake: `pipeline_cron_job`
  std::string_view signature;  ///< of its call: `<pipeline> <cron-job>`
  std::string_view noun;       ///< in messages: `cron job`
  std::string_view object;     ///< of the cluster, which bears its name; empty for a kind that is none
  std::string_view summary;    ///< what it declares, in a sentence
};

template <typename T>
inline constexpr kind_words<T> kind{};
template <>
inline constexpr kind_words<step> kind<step>{
    &pipeline::steps,
    "step",
    "pipeline_step",
    "<pipeline> <step>",
    "step",
    "",
    "One step of one's own, or other values for a template's. A call that gives COMMAND or SHELL replaces "
    "the template's step of that name, except for its STAGE; one that gives neither changes only what it "
    "names."};
template <>
inline constexpr kind_words<image> kind<image>{&pipeline::images,
                                               "image",
                                               "pipeline_image",
                                               "<pipeline> [<image>]",
                                               "image",
                                               "",
                                               "An OCI image. A call for the template's image changes only "
                                               "what it names; an image of another name is one more."};
template <>
inline constexpr kind_words<service> kind<service>{
    &pipeline::services,
    "service",
    "pipeline_service",
    "<pipeline> <service>",
    "service",
    "Deployment",
    "A long-running workload: Deployment, Service and Ingress. With IN, other values for some environments; "
    "values that are told apart by a name (ENV, SECRET_ENV, PORTS, annotations) are merged by it, everything "
    "else is replaced."};
template <>
inline constexpr kind_words<cron_job> kind<cron_job>{
    &pipeline::cron_jobs,
    "cron_job",
    "pipeline_cron_job",
    "<pipeline> <cron-job>",
    "cron job",
    "CronJob",
    "A scheduled workload: a CronJob. With IN, other values for some environments, as for a service; OFF "
    "leaves it out."};
template <>
inline constexpr kind_words<container> kind<container>{
    &pipeline::containers,
    "container",
    "pipeline_container",
    "<pipeline> <container>",
    "container",
    "",
    "A further container in the pods of services or cron jobs: one that runs before the main one, or beside "
    "it."};
template <>
inline constexpr kind_words<environment> kind<environment>{&pipeline::environments,
                                                           "environment",
                                                           "pipeline_environment",
                                                           "<pipeline> <environment>",
                                                           "environment",
                                                           "",
                                                           "A place that the services are deployed to."};
template <>
inline constexpr kind_words<preview> kind<preview>{
    &pipeline::previews,
    "preview",
    "pipeline_preview",
    "<pipeline>",
    "preview",
    "",
    "The copy of the service that a branch gets beside the real one: `deploy-branch`, `undeploy-branch`."};
template <>
inline constexpr kind_words<canary> kind<canary>{
    &pipeline::canaries,
    "canary",
    "pipeline_canary",
    "<pipeline>",
    "canary",
    "",
    "What a branch may take of an environment's requests, once it is started by `cicd canary start`."};

template <typename... T>
struct kind_list {};
/// In the order in which they are told of.
using kinds = kind_list<step, image, service, cron_job, container, environment, preview, canary>;

/// `visit.operator()<T>()` for each.
template <typename Visit>
void each_kind(Visit&& visit) {
  [&]<typename... T>(kind_list<T...>) { (visit.template operator()<T>(), ...); }(kinds{});
}

/// Whether a kind has a name of its own; others are told apart by the environment that they are IN.
template <typename T>
inline constexpr bool is_named = requires(T value) {
  value.name;
};
/// Whether calls with IN give it other values in some environments.
template <typename T>
inline constexpr bool has_places = requires(T value) {
  value.in.begin();
};
/// Whether it has pods of its own; a container stands in those of others.
template <typename T>
inline constexpr bool has_pods = has_places<T>&& requires(T value) {
  value.named;
};

/// What one of a kind goes by.
template <typename T>
std::string name_of(const T& part) {
  if constexpr (is_named<T>)
    return part.name.str();
  else if constexpr (requires { part.service; })
    return part.service ? part.in.str() + "." + part.service.str() : part.in.str();
  else
    return part.in.str();
}

}  // namespace cicd::declaring
