// The kinds of what a pipeline declares, each once: the parser, the draft, the checks, the model and explain
// walk this list. A new kind is a struct, its list in `pipeline`, its place here (a workload's in
// workload_kinds.hpp), and the CMake function of its name.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <cicd/declare/options/workload_kinds.hpp>

namespace cicd::declaring {

template <>
inline constexpr kind_words<step> kind<step>{
    &pipeline::steps,
    "step",
    "pipeline_step",
    "<pipeline> <step>",
    "step",
    "",
    "A custom step, or other values for a template's. A call that gives COMMAND or SHELL replaces "
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
inline constexpr kind_words<zip_function> kind<zip_function>{&pipeline::functions,
                                                             "zip_function",
                                                             "pipeline_function",
                                                             "<pipeline> <function>",
                                                             "function",
                                                             "",
                                                             "The code of serverless functions, as a zip."};
template <>
inline constexpr kind_words<file_group> kind<file_group>{&pipeline::file_groups,
                                                         "file_group",
                                                         "pipeline_files",
                                                         "<pipeline> <files>",
                                                         "group of files",
                                                         "",
                                                         "Files that are part of the artifact as they are."};
template <>
inline constexpr kind_words<backing_service> kind<backing_service>{
    &pipeline::backing_services,
    "backing_service",
    "pipeline_backing_service",
    "<pipeline> <service>",
    "backing service",
    "",
    "A service that runs beside the steps that NEED it, such as a database for tests: a program, an image, "
    "or one that is elsewhere."};
template <>
inline constexpr kind_words<environment> kind<environment>{&pipeline::environments,
                                                           "environment",
                                                           "pipeline_environment",
                                                           "<pipeline> <environment>",
                                                           "environment",
                                                           "",
                                                           "A place that the services are deployed to."};
template <>
inline constexpr kind_words<release> kind<release>{
    &pipeline::releases,
    "release",
    "pipeline_release",
    "<pipeline>",
    "release",
    "",
    "Which commits and tags may be released: deployed by an environment that is ON tag or has FROM."};
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
template <>
inline constexpr kind_words<notifier> kind<notifier>{
    &pipeline::notifiers,
    "notifier",
    "pipeline_notify",
    "[<pipeline>]",
    "notifier",
    "",
    "Who is notified of deploys, of failures, and of what is done to environments by hand; without a "
    "pipeline's name, of all in the build tree."};
template <>
inline constexpr kind_words<secret> kind<secret>{&pipeline::secrets,
                                                 "secret",
                                                 "pipeline_secret",
                                                 "[<pipeline>] <secret>",
                                                 "secret",
                                                 "",
                                                 "Where a secret comes from: of one pipeline, or, without "
                                                 "its name, of all in the build tree. A step takes "
                                                 "it by SECRETS."};

template <>
inline constexpr kind_words<setting> kind<setting>{&pipeline::settings,
                                                   "setting",
                                                   "pipeline_setting",
                                                   "<pipeline> <setting>",
                                                   "setting",
                                                   "",
                                                   "A value with a type, which each build tree may be given, "
                                                   "and which may differ between environments. With "
                                                   "IN, the VALUE that holds in some of them."};

/// In the order in which they are told of.
using kinds = decltype(united(kind_list<step, backing_service, image, zip_function, file_group>{},
                              workload_kinds{},
                              kind_list<environment, release, preview, canary, notifier, secret, setting>{}));

/// `visit.operator()<T>()` for each.
template <typename Visit>
void each_kind(Visit&& visit) {
  [&]<typename... T>(kind_list<T...>) { (visit.template operator()<T>(), ...); }(kinds{});
}

/// Whether a kind has a name of its own; others are told apart by the environment that they are IN, notifiers
/// by where their messages go, and a release is the only one.
template <typename T>
inline constexpr bool is_named = requires(T value) {
  value.name;
};
/// Whether a call without a pipeline's name declares it for all of the build tree.
template <typename T>
inline constexpr bool may_be_of_tree = std::is_same_v<T, secret> || std::is_same_v<T, notifier>;
/// Whether calls with IN give it other values in some environments.
template <typename T>
inline constexpr bool has_places = requires(T value) {
  value.in.begin();
};
/// Whether it is a workload: what runs in places.
template <typename T>
inline constexpr bool runs_in_places = has_places<T> && !std::is_same_v<T, setting>;
/// Whether it has pods of its own; a container stands in those of others.
template <typename T>
inline constexpr bool has_pods = has_places<T>&& requires(T value) {
  value.named;
};

/// Where the messages of a notifier go; empty where that is not said.
inline std::string destination_of(const notifier& of) {
  if (of.slack) return of.slack.str();
  if (of.webhook) return of.webhook.str();
  if (of.status != forge_kind::none)
    return std::string(
        choices_of(static_cast<const forge_kind*>(nullptr)).words[static_cast<std::size_t>(of.status) - 1]);
  std::string words;
  for (const text& each : of.command) words += (words.empty() ? "" : " ") + each.str();
  return words;
}

/// What one of a kind goes by.
template <typename T>
std::string name_of(const T& part) {
  if constexpr (is_named<T>)
    return part.name.str();
  else if constexpr (requires { part.service; })
    return part.service ? part.in.str() + "." + part.service.str() : part.in.str();
  else if constexpr (requires { part.in; })
    return part.in.str();
  else if constexpr (requires { part.slack; })
    return destination_of(part);
  else
    return std::string(kind<T>.name);
}

}  // namespace cicd::declaring
