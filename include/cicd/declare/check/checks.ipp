// The checks between declarations.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/step_variables.hpp>

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

namespace cicd::declaring {
namespace {

/// Each variable that the step gets comes from one place, and none that is not the declaration's to give.
void check_variables(const declaration<step>& of, findings& found) {
  const step& value = of.value;
  std::unordered_map<std::string, std::string_view> given;
  const auto take = [&](std::string_view key, std::string_view keyword, const variable_name& name,
                        std::size_t at) {
    given.emplace(name.str(), keyword);
    if (is_own_variable(name.view())) found.add(word_at(of, key, at), variable_of_cicd(keyword, name.view()));
  };
  for (std::size_t at = 0; at < value.env.size(); ++at) take("env", "ENV", value.env[at].name, at);
  for (std::size_t at = 0; at < value.pass_env.size(); ++at)
    take("pass_env", "PASS_ENV", value.pass_env[at], at);
  std::unordered_map<std::string, std::string> of_secrets;
  for (std::size_t at = 0; at < value.secret_values.size(); ++at) {
    const std::string variable = value.secret_values[at].name.str();
    const place where = word_at(of, "secret_values", at);
    if (is_own_variable(variable))
      found.add(where, variable_of_cicd("SECRET_VALUES", variable));
    else if (steers_programs(variable))
      found.add(where, variable_that_steers("SECRET_VALUES", variable, value.secret_values[at].value));
    if (const auto other = given.find(variable); other != given.end())
      found.add(where, variable_given_twice(variable, other->second, "SECRET_VALUES"));
    of_secrets.emplace(variable, value.secret_values[at].text());
  }
  for (std::size_t at = 0; at < value.secrets.size(); ++at) {
    const secret_use& use = value.secrets[at];
    const std::string variable = use.variable_for(value.as_file);
    const place where = word_at(of, "secrets", at);
    if (is_own_variable(variable))
      found.add(where, variable_of_cicd("SECRETS", variable));
    else if (steers_programs(variable))
      found.add(where, variable_that_steers("SECRETS", variable, use.secret.view()));
    if (const auto other = given.find(variable); other != given.end())
      found.add(where, variable_given_twice(variable, other->second, "SECRETS"));
    if (const auto [first, is_new] = of_secrets.emplace(variable, use.text());
        !is_new && first->second != use.text())
      found.add(where, variable_of_two_secrets(variable, first->second, use.text()));
  }
}

void check_secrets_of(const declaration<step>& of, draft& in, findings& found) {
  if (of.at("as_file") && !of.at("secrets") && !of.at("secret_values"))
    found.add(of.at("as_file"), missing_counterpart("AS_FILE", "SECRETS"));
  std::vector<dns_label> names;
  for (const secret_use& each : of.value.secrets) names.push_back(each.secret);
  check_references(names, of.near("secrets"), "SECRETS", "secret", in.all<secret>(), found);
  check_variables(of, found);
}

bool is_reserved(std::string_view name) {
  return name == "image" || name == "zip" || name == "publish" || name.starts_with("image-")
         || name.starts_with("zip-") || name.starts_with("plan-") || name.starts_with("deploy-")
         || name.starts_with("rollback-") || name.starts_with("verify-") || name == "undeploy-branch";
}

/// A function is declared where there is one, in a C++ file; a call of CMake may change what else the step
/// has.
void check_function(const declaration<step>& of, findings& found) {
  const place at = of.at("run");
  if (at && !at.site->from->is_of_cpp())
    found.add(at, meaningless_option("RUN", "outside of a C++ file",
                                     "COMMAND, or .run = [](step_context& step) { … } in that file"));
  if (of.at("values") && !at) found.add(of.at("values"), missing_counterpart("VALUES", "RUN"));
}

/// The names of what gathers files, where there are any: other pipelines may have steps of these names.
bool is_of_files(const std::string& name, const draft& in) {
  return (name == "files" || name.starts_with("files-")) && !in.all<file_group>().items().empty();
}

void check_step(const declaration<step>& of, draft& in, findings& found) {
  if (is_reserved(of.name) || is_of_files(of.name, in)) found.add(of.near("name"), reserved_name(of.name));
  if (of.at("command") && of.at("shell")) found.add(of.at("shell"), excluded_option("SHELL", "COMMAND"));
  if (of.at("run") && (of.at("command") || of.at("shell")))
    found.add(of.at("run"), excluded_option("RUN", of.at("command") ? "COMMAND" : "SHELL"));
  if (!of.at("command") && !of.at("shell") && !of.at("run") && !of.site->unclear && !in.without_template)
    found.add(of.start(),
              missing_option("COMMAND",
                             of.site->from->is_of_cpp()
                                 ? "COMMAND <program> [<argument>…], SHELL <line> or RUN <function>"
                                 : "COMMAND <program> [<argument>…] or SHELL <line>",
                             ""));
  check_function(of, found);
  if (of.at("wrapper") && !of.at("command"))
    found.add(of.at("wrapper"),
              meaningless_option("WRAPPER", "without COMMAND", "give COMMAND, or leave WRAPPER out"));
  if (of.value.has_maven_module() && !of.at("command"))
    found.add(of.at("maven_module"), meaningless_option("MAVEN_MODULE", "without COMMAND",
                                                        "give COMMAND mvn …, or leave MAVEN_MODULE out"));
  if (of.at("keep") && of.at("in_source"))
    found.add(of.at("keep"), meaningless_option("KEEP", "with IN_SOURCE, where everything is kept",
                                                "leave KEEP out, or IN_SOURCE"));
  check_secrets_of(of, in, found);
}

/// A root file system is of one architecture, which nothing in it says.
void check_platforms(const declaration<image>& of, findings& found) {
  const std::vector<platform_name>& all = of.value.platforms;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (std::ranges::find(all.begin(), all.begin() + i, all[i]) != all.begin() + i)
      found.add(of.at("platforms"), platform_twice(all[i].view()));
  const std::string_view base = of.value.base.view();
  if (all.size() > 1 && base.starts_with("rootfs:") && base.find("{arch}") == base.npos
      && base.find("{platform}") == base.npos)
    found.add(of.at("base"), base_of_one_platform(base));
}

/// What a Dockerfile says is not said a second time; what it builds may be seen by all who have the image.
void check_dockerfile(const declaration<image>& of, findings& found) {
  check_counterparts(of,
                     {{"context", "CONTEXT", "dockerfile", "DOCKERFILE"},
                      {"target", "TARGET", "dockerfile", "DOCKERFILE"},
                      {"args", "ARGS", "dockerfile", "DOCKERFILE"}},
                     found);
  for (std::size_t at = 0; at < of.value.args.size(); ++at)
    if (secret_named_in(of.value.args[at].value))
      found.add(word_at(of, "args", at), secret_in_image("ARGS", of.value.args[at].name.view()));
  if (!of.at("dockerfile")) return;
  for (const auto& [key, keyword, help] :
       {std::tuple("base", "BASE", "FROM in the Dockerfile"),
        std::tuple("jar", "JAR", "COPY in the Dockerfile"),
        std::tuple("files", "FILES", "COPY in the Dockerfile"),
        std::tuple("platforms", "PLATFORMS", "leave it out: the builder builds for its own machine")})
    if (of.at(key)) found.add(of.at(key), meaningless_option(keyword, "with DOCKERFILE", help));
}

void check_image(const declaration<image>& of, draft& in, findings& found) {
  const bool complete = !of.site->unclear && !in.without_template;
  if (complete && !of.at("built_by") && !of.at("jar") && !of.at("files") && !of.at("base")
      && !of.at("dockerfile"))
    found.add(of.start(), empty_image());
  check_dockerfile(of, found);
  if (of.at("jar") && !of.at("base")) found.warn(of.at("jar"), image_without_base());
  check_platforms(of, found);
}

/// Values that speak of a template where there is none.
void check_own(const draft& in, findings& found) {
  const declaration<pipeline>& of = in.own;
  if (of.at("template")) return;
  const auto& images = in.all<image>().items();
  const bool has_dockerfile =
      std::ranges::any_of(images, [](const auto& each) { return bool(each.value.dockerfile); });
  const bool has_scan =
      std::ranges::any_of(in.all<step>().items(), [](const auto& each) { return each.value.is_scan(); });
  for (const option& each : options_of<pipeline>())
    if (each.key == "base" || each.key == "jar" || each.key == "base_after" || each.key == "scan"
        || (each.key == "fail_on" && !has_dockerfile && !has_scan) || each.key == "set")
      if (of.at(each.key))
        found.add(of.at(each.key),
                  meaningless_option(each.keyword, "without TEMPLATE",
                                     "give TEMPLATE, or use pipeline_image() and pipeline_step()"));
}

/// Labels that selectors rest on are not for others.
void check_labels(const draft& of, findings& found) {
  const place where = of.own.at("labels") || of.label_calls.empty() ? of.own.near("labels")
                                                                    : place{of.label_calls.front(), 0};
  for (const annotation& each : of.own.value.labels)
    if (each.key.view().starts_with("cicd.dev/")) found.add(where, reserved_label(each.key.view()));
}

}  // namespace

void check_secret(const declaration<secret>& of, findings& found) {
  std::string_view first;
  for (const option& each : options_of<secret>()) {
    if (each.key == "name" || each.key == "version" || !of.at(each.key)) continue;
    if (!first.empty()) found.add(of.at(each.key), excluded_option(each.keyword, first));
    if (first.empty()) first = each.keyword;
  }
  if (first.empty() && !of.site->unclear) found.add(of.start(), secret_without_source());
  const std::string_view variable = of.value.pass_env.view();
  if (is_machine_variable(variable) || is_own_variable(variable))
    found.add(of.at("pass_env"), variable_of_each_step(variable));
  const std::string_view version = of.value.version.view();
  if (of.at("aws") && of.at("version") && (version.size() < 32 || version.size() > 64))
    found.add(of.at("version"), no_version_of_aws(version));
}

void check_notifier(const declaration<notifier>& of, const named_list<secret>& secrets, findings& found) {
  constexpr std::pair<std::string_view, std::string_view> destinations[] = {
      {"slack", "SLACK"}, {"webhook", "WEBHOOK"}, {"command", "COMMAND"}, {"status", "STATUS"}};
  std::string_view first;
  for (const auto& [key, keyword] : destinations) {
    if (!of.at(key)) continue;
    if (!first.empty()) found.add(of.at(key), excluded_option(keyword, first));
    if (first.empty()) first = keyword;
  }
  if (first.empty() && !of.site->unclear) found.add(of.start(), notifier_without_destination());
  const bool takes_token = of.at("slack") || of.at("status");
  if (takes_token && !of.at("token"))
    found.add(of.start(), missing_option("TOKEN", "TOKEN secret:<name>, a secret of pipeline_secret()",
                                         fmt::format("{} needs it", first)));
  for (const auto& [key, keyword] : {std::pair("token", "TOKEN"), std::pair("url", "URL")})
    if (of.at(key) && !takes_token && !first.empty())
      found.add(of.at(key), meaningless_option(keyword, fmt::format("with {}", first), "leave it out"));
  if (of.at("status") && of.at("when"))
    found.add(of.at("when"),
              meaningless_option("WHEN", "with STATUS, which says how each commit is", "leave it out"));
  const auto check_secret_of = [&](std::string_view key, std::string_view keyword, std::string_view given) {
    const auto named = secret_named_in(given);
    if (named && of.at(key) && !secrets.find(*named))
      found.add(word_at(of, key, 0), unknown_reference(keyword, "secret", *named, secrets.names()));
  };
  check_secret_of("token", "TOKEN", of.value.token.view());
  check_secret_of("webhook", "WEBHOOK", of.value.webhook.view());
}

void check_pipeline(draft& of, const zone_source& zones, findings& found) {
  check_own(of, found);
  check_labels(of, found);
  for (const auto& each : of.all<step>().items()) check_step(each, of, found);
  for (const auto& each : of.all<image>().items()) check_image(each, of, found);
  for (const auto& each : of.all<secret>().items())
    if (!each.pipeline.empty()) check_secret(each, found);
  for (const auto& each : of.all<notifier>().items())
    if (!each.pipeline.empty()) check_notifier(each, of.all<secret>(), found);
  if (!of.own.at("artifacts")) check_workloads(of, zones, found);
  check_parts(of, found);
  check_environments(of, found);
  check_functions(of, found);
  check_files(of, found);
  check_backing(of, found);
  check_gates(of, zones, found);
  check_signatures(of, found);
  check_elsewhere(of, found);
  const bool empty = !of.own.value.artifacts && of.all<step>().items().empty()
                     && of.all<image>().items().empty() && of.all<zip_function>().items().empty()
                     && of.all<file_group>().items().empty();
  if (empty && !of.own.at("template") && !of.own.site->unclear) found.warn(of.own.start(), empty_pipeline());
}

}  // namespace cicd::declaring
