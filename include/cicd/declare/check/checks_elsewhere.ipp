// The checks of what comes from elsewhere: pipelines with ARTIFACTS, of which only the environments are
// declared here, and AWAIT and UPSTREAM of environments.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/upstream.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cicd::declaring {

namespace declare_check_checks_elsewhere {
namespace {

constexpr std::string_view own_options[] = {"template", "set",         "directory",     "image",
                                            "base",     "jar",         "base_after",    "scan",
                                            "fail_on",  "baseline",    "labels",        "approval_to_build",
                                            "source",   "sign_images", "sign_password", "sign_keyless"};

/// What makes and declares it stands in its own repository.
template <typename T>
void refuse_all(const draft& of, findings& found) {
  const auto refuse = [&](const declaration<T>& each) {
    const bool has_bundle = static_cast<bool>(of.own.value.artifacts);
    const std::string_view why = has_bundle ? "ARTIFACTS: what is built and runs is declared in the "
                                              "pipeline's own repository alone"
                                            : "CODE: it is built elsewhere, and not here";
    found.add(each.start(),
              {.what = fmt::format("{} is declared beside {}", kind<T>.function, why),
               .value = each.name,
               .allowed = has_bundle ? "pipeline_environment(), pipeline_release() and pipeline_secret()"
                                     : "pipeline_image(… BUILT_BY …), what runs, and environments",
               .help = fmt::format("move it to {}",
                                   of.own.value.code ? of.own.value.code.view() : "the repository of CODE")});
  };
  for (const auto& each : of.all<T>().items()) refuse(each);
  if constexpr (has_places<T>)
    for (const auto& each : of.all<T>().overrides) refuse(each);
}

void check_own_options(const declaration<pipeline>& of, findings& found) {
  for (const option& each : options_of<pipeline>())
    if (of.at(each.key) && std::ranges::find(own_options, each.key) != std::end(own_options)
        && (each.key != "labels" || of.at("artifacts")))
      found.add(of.at(each.key),
                meaningless_option(each.keyword,
                                   "with CODE: the pipeline is built elsewhere, in its own repository",
                                   "leave it out"));
}

void check_registry(const declaration<pipeline>& of, findings& found) {
  const std::string_view repository = of.value.artifacts.view();
  if (repository.empty()
      || detail::image_repository_rule::looks_like_host(repository.substr(0, repository.find('/'))))
    return;
  found.add(of.at("artifacts"),
            {.what = "ARTIFACTS names no registry",
             .value = std::string(repository),
             .allowed = "<registry>/<path>, such as registry.example.com/services/billing"});
}

void add_wrong(const place& where,
               const wrong_upstream& why,
               const std::vector<text>& words,
               findings& found) {
  found.add(where, {.what = why.what,
                    .value = words[why.word].str(),
                    .allowed = why.allowed,
                    .did_you_mean = why.did_you_mean});
}

/// A login goes over https, or to this machine.
void check_encrypted(const place& token, std::string_view keyword, const std::string& url, findings& found) {
  if (token && goes_unencrypted(url))
    found.add(token, {.what = fmt::format("{} would go over a connection that is not encrypted", keyword),
                      .value = url,
                      .allowed = "https://…"});
}

/// What a job elsewhere makes is described there.
constexpr std::string_view own_options_of_image[] = {
    "base",  "dockerfile", "context",   "target", "args",   "jar",  "platforms",
    "files", "entrypoint", "arguments", "env",    "labels", "user", "working_directory",
    "port",  "sbom",       "after"};

void check_built_by(const declaration<image>& of, draft& in, findings& found) {
  check_counterparts(of,
                     {{"tag", "TAG", "built_by", "BUILT_BY"},
                      {"built_by_token", "BUILT_BY_TOKEN", "built_by", "BUILT_BY"},
                      {"built_by", "BUILT_BY", "repository", "REPOSITORY"}},
                     found);
  if (!of.at("built_by") || of.value.built_by.empty()) return;
  if (!in.own.at("code"))
    found.add(of.at("built_by"), missing_counterpart("BUILT_BY", "CODE of add_pipeline()"));
  for (const option& each : options_of<image>())
    if (of.at(each.key)
        && std::ranges::find(own_options_of_image, each.key) != std::end(own_options_of_image))
      found.add(of.at(each.key), excluded_option(each.keyword, "BUILT_BY"));
  const upstream_words read = upstream_in(of.value.built_by, "BUILT_BY");
  if (read.wrong)
    return add_wrong(word_at(of, "built_by", read.wrong->word), *read.wrong, of.value.built_by, found);
  check_encrypted(of.at("built_by_token"), "BUILT_BY_TOKEN", read.made.url, found);
  const named_secret token = of.value.built_by_token;
  if (token && !in.all<secret>().find(cicd::name_of(token)))
    found.add(word_at(of, "built_by_token", 0),
              unknown_reference("BUILT_BY_TOKEN", "secret", cicd::name_of(token), in.all<secret>().names()));
}

/// Its sources are elsewhere, and it is declared here.
void check_built_elsewhere(draft& of, findings& found) {
  const auto& images = of.all<image>().items();
  if (images.empty())
    return found.add(of.own.at("code"),
                     missing_counterpart("CODE", "ARTIFACTS, or pipeline_image(… BUILT_BY …)"));
  for (const auto& each : images)
    if (!each.at("built_by"))
      found.add(
          each.start(),
          missing_option("BUILT_BY",
                         "jenkins <URL of the job>, or another job: nothing is built here of CODE", ""));
}

void check_manifests_from(const declaration<environment>& of, const draft& in, findings& found) {
  check_counterparts(of, {{"parameters", "PARAMETERS", "manifests_from", "MANIFESTS_FROM"}}, found);
  if (!of.at("manifests_from")) return;
  if (in.own.at("artifacts"))
    return found.add(of.at("manifests_from"),
                     meaningless_option("MANIFESTS_FROM", "with ARTIFACTS, whose bundle has the manifests",
                                        "MANIFESTS <pattern> names those of the bundle"));
  if (!in.own.at("code"))
    found.add(of.at("manifests_from"), missing_counterpart("MANIFESTS_FROM", "CODE of add_pipeline()"));
}

void check_upstream(const declaration<environment>& of, draft& in, findings& found) {
  if (of.at("upstream_token") && !of.at("upstream"))
    return found.add(of.at("upstream_token"), missing_counterpart("UPSTREAM_TOKEN", "UPSTREAM"));
  if (!of.at("upstream") || of.value.upstream.empty()) return;
  const upstream_words read = upstream_in(of.value.upstream, "UPSTREAM");
  if (read.wrong)
    return add_wrong(word_at(of, "upstream", read.wrong->word), *read.wrong, of.value.upstream, found);
  check_named_secret(of, "upstream_token", "UPSTREAM_TOKEN", of.value.upstream_token, in, found);
  check_encrypted(of.at("upstream_token"), "UPSTREAM_TOKEN", read.made.url, found);
}

void check_await(const declaration<environment>& of, const draft& in, findings& found) {
  for (std::size_t at = 0; at < of.value.await.size(); ++at) {
    const image_repository& each = of.value.await[at];
    if (in.own.value.artifacts && each == in.own.value.artifacts)
      found.add(word_at(of, "await", at),
                meaningless_option("AWAIT", "of ARTIFACTS, which every deploy waits for", "leave it out"));
  }
}

}  // namespace
}  // namespace declare_check_checks_elsewhere

void check_elsewhere(draft& of, findings& found) {
  using namespace declare_check_checks_elsewhere;
  for (const auto& each : of.all<environment>().items()) {
    check_upstream(each, of, found);
    check_await(each, of, found);
    check_manifests_from(each, of, found);
  }
  for (const auto& each : of.all<image>().items()) check_built_by(each, of, found);
  check_counterparts(of.own, {{"artifacts", "ARTIFACTS", "code", "CODE"}}, found);
  if (!of.own.at("code")) return;
  if (!of.own.at("artifacts")) {
    check_own_options(of.own, found);
    check_built_elsewhere(of, found);
    refuse_all<step>(of, found);
    refuse_all<backing_service>(of, found);
    refuse_all<zip_function>(of, found);
    refuse_all<file_group>(of, found);
    refuse_all<preview>(of, found);
    refuse_all<canary>(of, found);
    return;
  }
  check_registry(of.own, found);
  if (!of.label_calls.empty())
    found.add({of.label_calls.front(), 0},
              meaningless_option("pipeline_label", "with ARTIFACTS: what runs has the labels of the artifact",
                                 "leave it out"));
  check_own_options(of.own, found);
  if (of.own.at("template")) return;  // what it brings goes with it
  refuse_all<step>(of, found);
  refuse_all<backing_service>(of, found);
  refuse_all<image>(of, found);
  refuse_all<zip_function>(of, found);
  refuse_all<file_group>(of, found);
  refuse_all<service>(of, found);
  refuse_all<cron_job>(of, found);
  refuse_all<container>(of, found);
  refuse_all<deploy_task>(of, found);
  refuse_all<preview>(of, found);
  refuse_all<canary>(of, found);
}

}  // namespace cicd::declaring
