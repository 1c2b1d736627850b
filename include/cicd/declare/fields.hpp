// The options by name: each struct's fields, in order, for the parser, explain, completion and the reference
// alike. A field is named once here; its words come from its comment in pipeline.hpp by way of
// field_docs.ipp, which the target `docs` writes and a test compares.
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

template <typename Visitor>
void each_field(service& of, Visitor&& visit) {
  visit("name", of.name);
  visit("in", of.in);
  visit("image", of.image);
  visit("port", of.port);
  visit("replicas", of.replicas);
  visit("host", of.host);
  visit("ingress_class", of.ingress_class);
  visit("ready", of.ready);
  visit("command", of.command);
  visit("env", of.env);
  visit("secret_env", of.secret_env);
  visit("service_account", of.service_account);
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
  visit("context", of.context);
  visit("allow_dirty", of.allow_dirty);
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
}

/// The words of one option, from its comment.
struct field_doc {
  std::string_view key;      ///< `service.replicas`
  std::string_view text;     ///< what it does, its unit and its default
  std::string_view example;  ///< CMake arguments that are right
  std::string_view wrong;    ///< CMake arguments that are refused
};

/// The words of every option, in the order of pipeline.hpp.
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
