// The declarations of a build tree, merged and checked: what everything after "describe" works on.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/declare/parse/recorded_call.hpp>
#include <cicd/declare/pipeline.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/values/schedule.hpp>

namespace cicd {

/// A setting whose value in this build tree is another than the one that the declaration gives.
struct setting_departure {
  std::string name, value, declared;

  bool operator==(const setting_departure&) const = default;
};

/// A pipeline with its template expanded and its references checked.
struct declared_pipeline {
  /// Steps hold the template's beside one's own; images likewise. `services` and `cron_jobs` hold first the
  /// call that declares one, then those that give it other values `in` an environment. A canary's service is
  /// filled in.
  pipeline declared;
  std::string source_directory;  ///< absolute, of the service's sources
  /// Of a pipeline with CODE the folder of the clone that git is asked in; else empty.
  std::string clone_directory{};
  /// The files that declare it, absolute; templates are none. They may lie in another repository than the
  /// sources.
  std::vector<std::string> declared_in{};
  /// All files that the declarations of this build tree were made from; none where no CMake configured.
  std::shared_ptr<const std::vector<configured_file>> configured_from{};
  /// Where each value comes from, by its path: `image`, `step.build.command`, `service.api.replicas`,
  /// `service.api.replicas@stage`, `preview.stage.host`, `canary.prod.api.share`.
  std::map<std::string, origin> origins;

  /// What no commit says: a value by `-D` over a DEFAULT.
  std::vector<setting_departure> departures{};

  /// Whether it is built elsewhere, and only deployed from here.
  bool is_elsewhere() const { return static_cast<bool>(declared.code); }
  /// Whether what runs is declared there, too.
  bool is_declared_elsewhere() const { return static_cast<bool>(declared.artifacts); }
  /// Whether its commits have artifacts.
  bool has_artifacts() const { return is_elsewhere() || publishes(declared); }
  /// Where git is asked about the sources.
  const std::string& repository() const {
    return clone_directory.empty() ? source_directory : clone_directory;
  }
};

/// The same error with where the value at `path` (`environment.stage.sign`) was declared, before its other
/// notes.
error with_origin(error of, const declared_pipeline& in, const std::string& path);

/// All pipelines of a build tree, in the order of their declaration.
struct model {
  build_tree tree;
  std::vector<declared_pipeline> pipelines;
  std::optional<ci_export> exports{};  ///< what pipeline_ci() says
  std::string exports_line{};          ///< where: `CMakeLists.txt:12`

  const declared_pipeline* find(std::string_view name) const;
};

/// Class `usage`, with those that there are.
error no_such_pipeline(const model& of, const std::string& name);

/// A word of a call: both by their place among the recorded ones.
struct called_word {
  std::size_t call = 0, word = 0;
};

/// The variables that secrets come from, of all pipelines.
std::set<std::string, std::less<>> secret_variables_of(const model& of);

/// A model, or all that is wrong with the declarations.
struct model_or_errors {
  cicd::model model;
  cicd::errors errors;              ///< when not empty, `model` must not be used
  std::vector<called_word> places;  ///< of each error
  cicd::errors warnings;
};

/// What lies in the folder of a template beside its template.json.
struct template_file {
  std::string path;  ///< relative to that folder: `service/pom.xml`
  std::string text;
  bool is_executable = false;
  bool is_plain = true;  ///< false: a link, a device, or larger than any file of a skeleton
};

/// The text of `<folder>/<name>/template.json`, nothing when there is no such template, an error when it
/// cannot be read; the names there are; the files of a template, sorted by path; and its folder.
struct template_source {
  std::function<result<std::optional<std::string>>(const std::string& name)> read;
  std::function<std::vector<std::string>()> names;
  std::function<result<std::vector<template_file>>(const std::string& name)> files{};
  std::function<std::string(const std::string& name)> folder{};
};

/// What is known of time zones: how the clock of one changes in the time to come, or nothing when there is no
/// such zone; and the names there are. Without `changes` TIME_ZONE is taken as it is.
struct zone_source {
  std::function<std::optional<std::vector<clock_change>>(const std::string& name)> changes;
  std::function<std::vector<std::string>()> names;
};

/// Merges, expands and checks. Pure: whatever lies in files comes through `templates` and `zones`.
model_or_errors model_of(const recorded_calls& calls,
                         const template_source& templates,
                         const zone_source& zones = {});

/// The service as it is in `environment`: the declaring call's values, with those given `IN` that environment
/// over them; lists whose values have a name or a key (ENV, SECRET_ENV, PORTS, annotations, NODE_SELECTOR)
/// are merged by it. `copy` is `preview` or `canary` where it is a branch's: what holds there lies over both.
service service_in(const pipeline& declared,
                   std::string_view name,
                   std::string_view environment,
                   std::string_view copy = {});
/// What `{host}` stands for: the first of HOST that is not a wildcard; empty without one.
host_name host_of(const service& of);
/// The same of a cron job; `off` where it is not deployed there.
cron_job cron_job_in(const pipeline& declared,
                     std::string_view name,
                     std::string_view environment,
                     std::string_view copy = {});
/// What each setting stands for there, as `setting.region`; without an environment, in steps and in what they
/// make. One that has no value there is left out.
placeholder_values settings_in(const pipeline& declared,
                               std::string_view environment = {},
                               std::string_view copy = {});
/// The containers that run there, each merged from its calls: in a branch's copy no container that is
/// ROLE init or reads Secrets unless a call names that copy.
std::vector<container> containers_in(const pipeline& declared,
                                     std::string_view environment,
                                     std::string_view copy = {});
/// The names of those that are left out of a branch's copy for it.
std::vector<std::string> left_out_of(const pipeline& declared,
                                     std::string_view environment,
                                     std::string_view copy);

/// All environments of a checked pipeline, each with its parts behind it.
std::vector<const environment*> all_environments(const pipeline& declared);

/// The tasks that run before a deploy there, each merged from its calls: in a branch's copy only those that a
/// call for that copy names.
std::vector<deploy_task> tasks_in(const pipeline& declared,
                                  std::string_view environment,
                                  std::string_view copy = {});
/// Where the copies of branches have their folders: the environment with REPOSITORY, BRANCH and PATH of its
/// preview. They are pushed whole: nothing is written into files of others, and nothing is proposed.
environment place_of_copies(const environment& place, const preview& copies, std::string_view pipeline);

/// The service that a task has the environment of: the one that it names, or the only one.
std::string service_of(const deploy_task& of, const pipeline& declared);

}  // namespace cicd
