// The options by name: each struct's fields, in order, for the parser, explain, completion and the reference
// alike. A field is named once here; its words come from its comment at the struct by way of
// fields_docs.ipp, which the target `docs` writes and a test compares.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/pipeline.hpp>

namespace cicd {

template <typename Visitor>
void each_field(step& of, Visitor&& visit) {
  visit("name", of.name);
  visit("command", of.command);
  visit("shell", of.shell);
  visit("wrapper", of.wrapper);
  visit("inputs", of.inputs);
  visit("exclude", of.exclude);
  visit("outputs", of.outputs);
  visit("reports", of.reports);
  visit("keep", of.keep);
  visit("after", of.after);
  visit("depends", of.depends);
  visit("tools", of.tools);
  visit("env", of.env);
  visit("pass_env", of.pass_env);
  visit("timeout", of.timeout);
  visit("grace", of.grace);
  visit("retries", of.retries);
  visit("stage", of.stage);
  visit("check", of.check);
  visit("in_source", of.in_source);
  visit("always", of.always);
  visit("description", of.description);
}

template <typename Visitor>
void each_field(image& of, Visitor&& visit) {
  visit("name", of.name);
  visit("repository", of.repository);
  visit("base", of.base);
  visit("jar", of.jar);
  visit("files", of.files);
  visit("entrypoint", of.entrypoint);
  visit("arguments", of.arguments);
  visit("env", of.env);
  visit("labels", of.labels);
  visit("user", of.user);
  visit("working_directory", of.working_directory);
  visit("port", of.port);
  visit("after", of.after);
}

/// The options of options/pod_options.inc, which every workload has.
template <typename Workload, typename Visitor>
void each_pod_option(Workload& of, Visitor&& visit) {
  visit("env", of.env);
  visit("secret_env", of.secret_env);
  visit("env_from", of.env_from);
  visit("config_files", of.config_files);
  visit("volumes", of.volumes);
  visit("service_account", of.service_account);
  visit("role_arn", of.role);
  visit("cpu", of.cpu);
  visit("cpu_limit", of.cpu_limit);
  visit("memory", of.memory);
  visit("memory_limit", of.memory_limit);
  visit("user", of.user);
  visit("read_only_root", of.read_only_root);
}

/// Those of options/placement_options.inc.
template <typename Workload, typename Visitor>
void each_placement_option(Workload& of, Visitor&& visit) {
  visit("node_selector", of.node_selector);
  visit("tolerations", of.tolerations);
  visit("annotations", of.annotations);
  visit("patch", of.patch);
}

template <typename Visitor>
void each_field(service& of, Visitor&& visit) {
  visit("name", of.name);
  visit("in", of.in);
  visit("image", of.image);
  visit("named", of.named);
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
  each_pod_option(of, visit);
  visit("max_unavailable", of.max_unavailable);
  visit("max_surge", of.max_surge);
  visit("spread", of.spread);
  visit("disruptions", of.disruptions);
  visit("allow_from", of.allow_from);
  each_placement_option(of, visit);
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
  visit("concurrency", of.concurrency);
  visit("deadline", of.deadline);
  visit("start_within", of.start_within);
  visit("retries", of.retries);
  visit("history", of.history);
  visit("smoke", of.smoke);
  each_pod_option(of, visit);
  each_placement_option(of, visit);
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
void each_field(environment& of, Visitor&& visit) {
  visit("name", of.name);
  visit("on", of.on);
  visit("via", of.via);
  visit("repository", of.repository);
  visit("branch", of.branch);
  visit("path", of.path);
  visit("namespace", of.namespace_name);
  visit("create_namespace", of.create_namespace);
  visit("context", of.context);
  visit("kubeconfig", of.kubeconfig);
  visit("eks", of.eks);
  visit("role", of.role);
  visit("manifests", of.manifests);
  visit("take_over", of.take_over);
  visit("prune", of.prune);
  visit("approval", of.approval);
  visit("protected", of.is_protected);
  visit("on_failure", of.on_failure);
  visit("verify", of.verify);
  visit("patience", of.patience);
  visit("allow_dirty", of.allow_dirty);
}

template <typename Visitor>
void each_field(preview& of, Visitor&& visit) {
  visit("in", of.in);
  visit("host", of.host);
  visit("namespace", of.namespace_name);
  visit("services", of.services);
  visit("cron_jobs", of.cron_jobs);
  visit("replicas", of.replicas);
  visit("ttl", of.ttl);
  visit("approval", of.approval);
  visit("sweep", of.sweep);
}

template <typename Visitor>
void each_field(canary& of, Visitor&& visit) {
  visit("in", of.in);
  visit("service", of.service);
  visit("share", of.share);
  visit("ttl", of.ttl);
}

template <typename Visitor>
void each_field(pipeline& of, Visitor&& visit) {
  visit("name", of.name);
  visit("template", of.base_template);
  visit("directory", of.directory);
  visit("image", of.image);
  visit("base", of.base);
  visit("jar", of.jar);
  visit("base_after", of.base_after);
  visit("scan", of.scan);
  visit("fail_on", of.fail_on);
  visit("pipeline_ref", of.pipeline_ref);
  visit("formerly", of.formerly);
  visit("labels", of.labels);
}

/// The same fields of two: `visit(key, field of one, field of other)`.
template <typename T, typename Visitor>
void each_pair(T& one, const T& other, Visitor&& visit) {
  std::vector<const void*> fields;
  each_field(const_cast<T&>(other), [&](std::string_view, const auto& field) { fields.push_back(&field); });
  std::size_t at = 0;
  each_field(one, [&]<typename V>(std::string_view key, V& field) {
    visit(key, field, *static_cast<const V*>(fields[at++]));
  });
}

/// Gives one workload what another, of whatever kind, has of the options that all of them share. The two
/// lists are walked in the same order, and the .inc files give each field one type in every kind.
template <typename To, typename From>
void copy_shared_options(To& to, const From& from) {
  std::vector<const void*> fields;
  const auto note = [&](std::string_view, const auto& field) { fields.push_back(&field); };
  each_pod_option(from, note);
  each_placement_option(from, note);
  std::size_t at = 0;
  const auto take = [&]<typename V>(std::string_view, V& field) {
    field = *static_cast<const V*>(fields[at++]);
  };
  each_pod_option(to, take);
  each_placement_option(to, take);
}

/// The words of one option, from its comment.
struct field_doc {
  std::string_view key;      ///< `service.replicas`
  std::string_view text;     ///< what it does, its unit and its default
  std::string_view example;  ///< CMake arguments that are right
  std::string_view wrong;    ///< CMake arguments that are refused
};

/// The words of every option, in the order of steps.hpp, workloads.hpp, places.hpp, pipeline.hpp.
std::span<const field_doc> field_docs();
/// The words of one, or nothing.
const field_doc* find_field_doc(std::string_view key);

/// A declaring function of CMake: `pipeline_step` declares a `step`.
struct declaring_function {
  std::string_view name;                   ///< `pipeline_step`
  std::string_view kind;                   ///< `step`, the first part of its options' keys
  std::string_view signature;              ///< `<pipeline> <step>`
  std::vector<std::string_view> keywords;  ///< `COMMAND`, `SHELL`, …
  std::string_view summary;                ///< what it declares, in a sentence
};
/// All of them, `add_pipeline` first.
const std::vector<declaring_function>& declaring_functions();

}  // namespace cicd
