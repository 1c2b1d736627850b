// The declarations of a build tree, merged and checked: what everything after "describe" works on.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/declare/call.hpp>
#include <cicd/declare/pipeline.hpp>

namespace cicd {

/// A pipeline with its template expanded and its references checked.
struct declared_pipeline {
  /// Steps hold the template's beside one's own; images likewise. `services` holds first the call that
  /// declares a service, then those that give it other values `in` an environment.
  pipeline declared;
  std::string source_directory;  ///< absolute, of the service's sources
  /// Where each value comes from, by its path: `image`, `step.build.command`, `service.api.replicas`,
  /// `service.api.replicas@stage`.
  std::map<std::string, origin> origins;
};

/// All pipelines of a build tree, in the order of their declaration.
struct model {
  build_tree tree;
  std::vector<declared_pipeline> pipelines;

  const declared_pipeline* find(std::string_view name) const;
};

/// All errors of one configure at once.
using errors = std::vector<error>;
/// A model, or all that is wrong with the declarations.
struct model_or_errors {
  cicd::model model;
  cicd::errors errors;  ///< when not empty, `model` must not be used
  cicd::errors warnings;
};

/// The text of `<folder>/<name>/template.json`, or nothing when there is no such template; and the names
/// there are.
struct template_source {
  std::function<std::optional<std::string>(const std::string& name)> read;
  std::function<std::vector<std::string>()> names;
};

/// Merges, expands and checks. Pure: whatever lies in files comes through `templates`.
model_or_errors model_of(const recorded_calls& calls, const template_source& templates);

/// The service as it is in `environment`: the declaring call's values, with those given `IN` that environment
/// over them; ENV and SECRET_ENV are merged by name.
service service_in(const pipeline& declared, std::string_view name, std::string_view environment);

/// A value for each placeholder; those not listed here are unknown where the text is used.
using placeholder_values = std::map<std::string, std::string, std::less<>>;
/// Replaces `{name}` wherever `name` is `[a-z_]+`, not after `$` or `%`. A name without a value stays as it
/// is: the declaration was checked before.
std::string with_placeholders(std::string_view text, const placeholder_values& values);
/// The names that a text uses, in order of appearance.
std::vector<std::string> placeholders_in(std::string_view text);

}  // namespace cicd
