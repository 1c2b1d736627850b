// The kinds of workloads: what is said of each, and its options by name, as in fields.hpp. It does not know
// what becomes of them in a cluster.
#pragma once

#include <string_view>

#include <cicd/declare/options/kind_words.hpp>

namespace cicd {

/// The options of options/pod_options.inc, which every workload has; of several workloads at once, of
/// whatever kinds: `visit(key, field of the first, field of the second)`.
template <typename Visitor, typename... Workloads>
void each_pod_option(Visitor&& visit, Workloads&... of) {
  visit("env", of.env...);
  visit("secret_env", of.secret_env...);
  visit("env_from", of.env_from...);
  visit("config_files", of.config_files...);
  visit("volumes", of.volumes...);
  visit("service_account", of.service_account...);
  visit("role_arn", of.role...);
  visit("cpu", of.cpu...);
  visit("cpu_limit", of.cpu_limit...);
  visit("memory", of.memory...);
  visit("memory_limit", of.memory_limit...);
  visit("user", of.user...);
  visit("read_only_root", of.read_only_root...);
}

/// Those of options/placement_options.inc.
template <typename Visitor, typename... Workloads>
void each_placement_option(Visitor&& visit, Workloads&... of) {
  visit("node_selector", of.node_selector...);
  visit("tolerations", of.tolerations...);
  visit("annotations", of.annotations...);
  visit("patch", of.patch...);
}

template <typename Visitor>
void each_field(service& of, Visitor&& visit) {
  visit("name", of.name);
  visit("in", of.in);
  visit("image", of.image);
  visit("named", of.named);
  visit("after", of.after);
  visit("selector", of.selector);
  visit("service_selector", of.service_selector);
  visit("stateful", of.stateful);
  visit("port", of.port);
  visit("ports", of.ports);
  visit("replicas", of.replicas);
  visit("scale_at", of.scale_at);
  visit("host", of.host);
  visit("ingress_class", of.ingress_class);
  visit("ingress_annotations", of.ingress_annotations);
  visit("tls", of.tls);
  visit("ready", of.ready);
  visit("live", of.live);
  visit("start_within", of.start_within);
  visit("drain", of.drain);
  visit("grace", of.grace);
  visit("command", of.command);
  each_pod_option(visit, of);
  visit("max_unavailable", of.max_unavailable);
  visit("max_surge", of.max_surge);
  visit("spread", of.spread);
  visit("disruptions", of.disruptions);
  visit("allow_from", of.allow_from);
  each_placement_option(visit, of);
}

template <typename Visitor>
void each_field(cron_job& of, Visitor&& visit) {
  visit("name", of.name);
  visit("in", of.in);
  visit("off", of.off);
  visit("schedule", of.schedule);
  visit("time_zone", of.time_zone);
  visit("command", of.command);
  visit("image", of.image);
  visit("named", of.named);
  visit("owner", of.owner);
  visit("concurrency", of.concurrency);
  visit("deadline", of.deadline);
  visit("start_within", of.start_within);
  visit("retries", of.retries);
  visit("history", of.history);
  visit("smoke", of.smoke);
  each_pod_option(visit, of);
  each_placement_option(visit, of);
}

template <typename Visitor>
void each_field(container& of, Visitor&& visit) {
  visit("name", of.name);
  visit("in", of.in);
  visit("of", of.of);
  visit("role", of.role);
  visit("image", of.image);
  visit("command", of.command);
  visit("env", of.env);
  visit("secret_env", of.secret_env);
  visit("volumes", of.volumes);
  visit("cpu", of.cpu);
  visit("memory", of.memory);
}

template <typename Visitor>
void each_field(deploy_task& of, Visitor&& visit) {
  visit("name", of.name);
  visit("in", of.in);
  visit("off", of.off);
  visit("command", of.command);
  visit("before", of.before);
  visit("service", of.service);
  visit("deadline", of.deadline);
}

/// Gives one workload what another, of whatever kind, has of the options that all of them share.
template <typename To, typename From>
void copy_shared_options(To& to, const From& from) {
  const auto take = [](std::string_view, auto& one, const auto& other) { one = other; };
  each_pod_option(take, to, from);
  each_placement_option(take, to, from);
}

namespace declaring {

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
inline constexpr kind_words<deploy_task> kind<deploy_task>{
    &pipeline::tasks,
    "deploy_task",
    "pipeline_task",
    "<pipeline> <task>",
    "task",
    "",
    "A command that is run once before a deploy, such as a migration: a Job with a service's image and "
    "environment. With IN, other values for some environments; OFF leaves it out."};
/// In the order in which they are told of.
using workload_kinds = kind_list<service, cron_job, container, deploy_task>;

}  // namespace declaring

}  // namespace cicd
