// The options by name: each struct's fields, in order, for the parser, explain, completion and the reference
// alike; those of workloads are in workload_kinds.hpp. A field is named once here; its words come from its
// comment at the struct by way of fields_docs_*.inc, which the target `docs` writes and a test compares.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/options/workload_kinds.hpp>

namespace cicd {

template <typename Visitor>
void each_field(step& of, Visitor&& visit) {
  visit("name", of.name);
  visit("command", of.command);
  visit("shell", of.shell);
  visit("wrapper", of.wrapper);
  visit("inputs", of.inputs);
  visit("optional_inputs", of.optional_inputs);
  visit("inputs_named_in", of.inputs_named_in);
  visit("maven_module", of.maven_module);
  visit("exclude", of.exclude);
  visit("outputs", of.outputs);
  visit("output_values", of.output_values);
  visit("secret_output_values", of.secret_output_values);
  visit("output_values_in", of.output_values_in);
  visit("reports", of.reports);
  visit("findings", of.findings);
  visit("sarif", of.sarif);
  visit("required", of.required);
  visit("database_age", of.database_age);
  visit("database", of.database);
  visit("keep", of.keep);
  visit("cache_dirs", of.cache_dirs);
  visit("cache_shared", of.cache_shared);
  visit("after", of.after);
  visit("needs", of.needs);
  visit("depends", of.depends);
  visit("tools", of.tools);
  visit("env", of.env);
  visit("pass_env", of.pass_env);
  visit("secrets", of.secrets);
  visit("secret_values", of.secret_values);
  visit("as_file", of.as_file);
  visit("git", of.git);
  visit("git_where", of.git_where);
  visit("timeout", of.timeout);
  visit("grace", of.grace);
  visit("retries", of.retries);
  visit("stage", of.stage);
  visit("check", of.check);
  visit("in_source", of.in_source);
  visit("always", of.always);
  visit("shards", of.shards);
  visit("shard_by", of.shard_by);
  visit("shard_below", of.shard_below);
  visit("description", of.description);
  visit("values", of.values);
  visit("run", of.run);
  visit("update", of.update);
}

template <typename Visitor>
void each_field(backing_service& of, Visitor&& visit) {
  visit("name", of.name);
  visit("command", of.command);
  visit("image", of.image);
  visit("url", of.url);
  visit("port", of.port);
  visit("ready", of.ready);
  visit("ready_within", of.ready_within);
  visit("env", of.env);
  visit("pass_env", of.pass_env);
  visit("secrets", of.secrets);
  visit("arguments", of.arguments);
  visit("inputs", of.inputs);
  visit("tools", of.tools);
  visit("needs", of.needs);
  visit("shared", of.shared);
  visit("grace", of.grace);
}

template <typename Visitor>
void each_field(secret& of, Visitor&& visit) {
  visit("name", of.name);
  visit("pass_env", of.pass_env);
  visit("file", of.file);
  visit("command", of.command);
  visit("aws", of.aws);
  visit("version", of.version);
}

template <typename Visitor>
void each_field(setting& of, Visitor&& visit) {
  visit("name", of.name);
  visit("in", of.in);
  visit("allowed", of.allowed);
  visit("default", of.default_value);
  visit("value", of.value);
  visit("description", of.description);
}

template <typename Visitor>
void each_field(image& of, Visitor&& visit) {
  visit("name", of.name);
  visit("repository", of.repository);
  visit("built_by", of.built_by);
  visit("built_by_token", of.built_by_token);
  visit("tag", of.tag);
  visit("base", of.base);
  visit("dockerfile", of.dockerfile);
  visit("context", of.context);
  visit("target", of.target);
  visit("args", of.args);
  visit("jar", of.jar);
  visit("platforms", of.platforms);
  visit("files", of.files);
  visit("entrypoint", of.entrypoint);
  visit("arguments", of.arguments);
  visit("env", of.env);
  visit("labels", of.labels);
  visit("user", of.user);
  visit("working_directory", of.working_directory);
  visit("port", of.port);
  visit("sbom", of.sbom);
  visit("after", of.after);
}

template <typename Visitor>
void each_field(zip_function& of, Visitor&& visit) {
  visit("name", of.name);
  visit("zip", of.zip);
  visit("config", of.config);
  visit("functions", of.functions);
  visit("after", of.after);
}

template <typename Visitor>
void each_field(file_group& of, Visitor&& visit) {
  visit("name", of.name);
  visit("files", of.files);
  visit("repository", of.repository);
  visit("bucket", of.bucket);
  visit("after", of.after);
}

template <typename Visitor>
void each_field(environment& of, Visitor&& visit) {
  visit("name", of.name);
  visit("of", of.of);
  visit("template", of.base_template);
  visit("set", of.set);
  visit("on", of.on);
  visit("from", of.from);
  visit("pin", of.pin);
  visit("same_config", of.same_config);
  visit("soak", of.soak);
  visit("window", of.window);
  visit("time_zone", of.time_zone);
  visit("await", of.await);
  visit("upstream", of.upstream);
  visit("upstream_token", of.upstream_token);
  visit("verify_signature", of.verify_signature);
  visit("gate", of.gate);
  visit("via", of.via);
  visit("repository", of.repository);
  visit("branch", of.branch);
  visit("path", of.path);
  visit("write", of.write);
  visit("author", of.author);
  visit("sign", of.sign);
  visit("pull_request", of.pull_request);
  visit("pull_request_token", of.pull_request_token);
  visit("pull_request_url", of.pull_request_url);
  visit("namespace", of.namespace_name);
  visit("create_namespace", of.create_namespace);
  visit("context", of.context);
  visit("kubeconfig", of.kubeconfig);
  visit("eks", of.eks);
  visit("role", of.role);
  visit("manifests", of.manifests);
  visit("manifests_from", of.manifests_from);
  visit("parameters", of.parameters);
  visit("take_over", of.take_over);
  visit("prune", of.prune);
  visit("approval", of.approval);
  visit("protected", of.is_protected);
  visit("on_failure", of.on_failure);
  visit("verify", of.verify);
  visit("health", of.health);
  visit("token", of.token);
  visit("patience", of.patience);
  visit("images_in", of.images_in);
  visit("stage_name", of.stage_name);
  visit("region", of.region);
  visit("bucket", of.bucket);
  visit("state", of.state);
  visit("code_only", of.code_only);
  visit("package", of.package);
  visit("plan", of.plan);
  visit("apply", of.apply);
  visit("read", of.read);
  visit("rollback", of.rollback);
  visit("allow_dirty", of.allow_dirty);
}

template <typename Visitor>
void each_field(release& of, Visitor&& visit) {
  visit("branches", of.branches);
  visit("versions", of.versions);
}

template <typename Visitor>
void each_field(preview& of, Visitor&& visit) {
  visit("in", of.in);
  visit("host", of.host);
  visit("namespace", of.namespace_name);
  visit("repository", of.repository);
  visit("branch", of.branch);
  visit("path", of.path);
  visit("services", of.services);
  visit("cron_jobs", of.cron_jobs);
  visit("replicas", of.replicas);
  visit("ttl", of.ttl);
  visit("approval", of.approval);
  visit("approval_to_build", of.approval_to_build);
  visit("sweep", of.sweep);
}

template <typename Visitor>
void each_field(canary& of, Visitor&& visit) {
  visit("in", of.in);
  visit("service", of.service);
  visit("share", of.share);
  visit("ttl", of.ttl);
  visit("approval", of.approval);
}

template <typename Visitor>
void each_field(notifier& of, Visitor&& visit) {
  visit("slack", of.slack);
  visit("webhook", of.webhook);
  visit("command", of.command);
  visit("status", of.status);
  visit("token", of.token);
  visit("url", of.url);
  visit("when", of.when);
}

template <typename Visitor>
void each_field(pipeline& of, Visitor&& visit) {
  visit("name", of.name);
  visit("template", of.base_template);
  visit("set", of.set);
  visit("directory", of.directory);
  visit("image", of.image);
  visit("artifacts", of.artifacts);
  visit("code", of.code);
  visit("base", of.base);
  visit("jar", of.jar);
  visit("base_after", of.base_after);
  visit("scan", of.scan);
  visit("fail_on", of.fail_on);
  visit("baseline", of.baseline);
  visit("sign_images", of.sign_images);
  visit("sign_password", of.sign_password);
  visit("sign_keyless", of.sign_keyless);
  visit("pipeline_ref", of.pipeline_ref);
  visit("approval_to_build", of.approval_to_build);
  visit("formerly", of.formerly);
  visit("labels", of.labels);
  visit("source", of.source);
  visit("includes", of.includes);
}

template <typename Visitor>
void each_field(ci_export& of, Visitor&& visit) {
  visit("systems", of.systems);
  visit("runner", of.runner);
  visit("image", of.image);
  visit("setup", of.setup);
  visit("configure", of.configure);
  visit("logins", of.logins);
  visit("region", of.region);
  visit("branches", of.branches);
  visit("schedule", of.schedule);
  visit("caches", of.caches);
  visit("cancel_waiting", of.cancel_waiting);
}

template <typename Visitor>
void each_field(pipelines& of, Visitor&& visit) {
  visit("source", of.source);
  visit("includes", of.includes);
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
