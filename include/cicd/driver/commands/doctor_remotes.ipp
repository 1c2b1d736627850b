// See doctor_remotes.hpp.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/repository_check.hpp>
#include <cicd/deliver/image_copies.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/signing.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/driver/commands/doctor_remotes.hpp>
#include <cicd/image/ecr.hpp>
#include <cicd/image/object_store.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/image/zip_registry.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

namespace driver_commands_doctor_remotes {
namespace {

std::set<std::string> repositories_of(const doctor_scope& of) {
  std::set<std::string> all;
  for (const declared_pipeline* pipeline : of.pipelines)
    for (const std::string& repository : outside_repositories(*pipeline))
      all.insert(plain_repository(repository));
  for (const named_environment& each : of.environments)
    for (const std::string& repository : outside_repositories(*each.pipeline))
      all.insert(plain_repository(repository_in(*each.place, repository)));
  return all;
}

/// What has to stay in a repository, by all pipelines that publish to it.
images_to_keep kept_in(const std::string& repository, const doctor_scope& of) {
  images_to_keep what;
  for (const declared_pipeline* pipeline : of.pipelines)
    for (const environment& place : pipeline->declared.environments) {
      const std::set<std::string> own = outside_repositories(*pipeline);
      const bool is_there = std::ranges::any_of(own, [&](const std::string& each) {
        return each == repository || repository_in(place, each) == repository;
      });
      if (!is_there) continue;
      ++what.environments;
      what.are_signed = what.are_signed || signs_images(*pipeline);
      const std::string tag = place.on.kind == ref_kind::tag ? place.on.pattern.str() : std::string();
      if (!tag.empty() && std::ranges::find(what.tags, tag) == what.tags.end()) what.tags.push_back(tag);
    }
  return what;
}

/// What the AWS command line says of the policy; nothing where there is none.
result<std::optional<std::string>> lifecycle_policy_of(const ecr_repository& repository,
                                                       const std::string& aws,
                                                       const doctor_scope& of) {
  command what{.words = {aws}, .directory = of.of.where.build_root, .environment = of.around.lines()};
  std::ranges::move(repository.words("get-lifecycle-policy"), std::back_inserter(what.words));
  what.words.insert(what.words.end(), {"--output", "json"});
  capture_options how;
  how.limit = std::chrono::seconds(30);
  how.cancelled = &of.cancelled;
  const captured got = run_to_end(what, how);
  if (got.end.good()) {
    const result<json> read = parse_json(got.out);
    if (read) return std::optional((*read)["lifecyclePolicyText"].text());
    return read.error();
  }
  if (got.err.find("LifecyclePolicyNotFoundException") != got.err.npos) return std::optional<std::string>();
  const std::string_view said = trimmed(got.err);
  return error{exit_class::remote,
               {},
               "the lifecycle policy is not known",
               std::string(said.substr(said.rfind('\n') + 1)),
               {{"try", "aws " + joined(repository.words("get-lifecycle-policy"), " ")}}};
}

/// Of ECR, where the AWS command line is here.
void look_at_lifecycle(const std::string& repository, const doctor_scope& of, findings& to) {
  const auto ecr = ecr_repository_from(repository);
  const auto aws = ecr ? find_program("aws", of.around.get_or("PATH", ""), "/") : std::nullopt;
  if (!aws) return;
  const std::string about = "lifecycle " + repository;
  const auto policy = lifecycle_policy_of(*ecr, *aws, of);
  if (!policy) return to.bad(about, policy.error());
  if (!*policy) return to.good(about, "no policy: no image is taken away");
  const images_to_keep what = kept_in(repository, of);
  const result<std::vector<std::string>> complaints = lifecycle_complaints(**policy, what);
  if (!complaints) return to.bad(about, complaints.error());
  if (complaints->empty())
    return to.good(about, fmt::format("keeps what runs and the last {} artifacts", what.artifacts));
  to.bad(about, joined(*complaints, "; "),
         fmt::format("aws {} --lifecycle-policy-text {}", joined(ecr->words("put-lifecycle-policy"), " "),
                     shell_quoted(lifecycle_policy_for(what))));
}

void look_at_registry(const skopeo& with,
                      const std::string& repository,
                      const doctor_scope& of,
                      findings& to) {
  const std::string about = "registry " + repository, host = registry_host(repository);
  const skopeo::answer listed =
      with.ask({"list-tags", "docker://" + repository}, of.of.where.build_root, std::chrono::seconds(30));
  if (listed.refused && *listed.refused != registry_refusal::absent)
    return to.bad(about, with.failure_of(listed, repository));
  const skopeo::answer login =
      with.ask({"login", "--get-login", host}, of.of.where.build_root, std::chrono::seconds(30));
  const auto ecr = listed.refused ? ecr_repository_from(repository) : std::nullopt;
  if (ecr)
    return to.bad(about, "answers, and has no such repository, which ECR does not make by itself",
                  ecr->make_command());
  const std::string as = login.refused ? "no login for " + host + ": it is asked without one"
                                       : "login as " + displayable(trimmed(login.out));
  to.good(about,
          fmt::format("{}, {}", listed.refused ? "answers, and has no such repository yet" : "answers", as));
}

/// A key that need not be there tells whether the bucket is, and may be read.
void look_at_bucket(const std::string& repository, const doctor_scope& of, findings& to) {
  const std::string about = "bucket " + repository;
  const object_place at = object_place_from(repository).value_or(object_place{});
  const auto seen =
      store_of(at, of.of.where.bucket(), of.around, &of.cancelled)->get(at.key + "/tags/doctor");
  if (!seen) return to.bad(about, seen.error());
  to.good(about, "answers, and may be read");
}

/// As `VIA gitops` names them; one that lies in the build tree is made by the first deploy.
std::optional<manifest_target> repository_in(const named_environment& of, const doctor_scope& in) {
  if (of.place->repository.empty()) return std::nullopt;
  manifest_target target = repository_target(*of.pipeline, *of.place, {});
  target.clone = in.of.where.own() + "/gitops/"
                 + hex(sha256(target.url + '\n' + target.branch + "\ncheck")).substr(0, 16);
  return target;
}

void look_at_repository(const manifest_target& target, const doctor_scope& of, findings& to) {
  const std::string about = "repository " + displayable(shown_url(target.url));
  const repository_check found = check_repository(target, of.around, {&of.cancelled, {}, 1});
  if (!found.read) return to.bad(about, found.read.error());
  if (!found.write) return to.bad(about, found.write.error());
  if (found.tip.empty())
    return to.good(about, fmt::format("answers; the first deploy makes branch {}", target.branch));
  to.good(about,
          fmt::format("can be read and written, branch {} is at {}", target.branch, found.tip.substr(0, 7)));
}

}  // namespace
}  // namespace driver_commands_doctor_remotes

void look_at_registries(const doctor_scope& of, findings& to) {
  using namespace driver_commands_doctor_remotes;
  std::set<std::string> repositories = repositories_of(of);
  for (const std::string& each : repositories)
    if (is_of_zips(each)) look_at_bucket(each, of, to);
  std::erase_if(repositories, is_of_zips);
  if (repositories.empty()) return;
  const auto with = skopeo::found(of.around, {&of.cancelled, std::chrono::milliseconds(0), {}});
  if (!with) return;  // the tools tell
  for (const std::string& each : repositories) {
    look_at_registry(*with, each, of, to);
    look_at_lifecycle(each, of, to);
  }
}

void look_at_code(const doctor_scope& of, findings& to) {
  for (const declared_pipeline* each : of.pipelines) {
    if (!each->is_elsewhere()) continue;
    const std::string about = "code " + displayable(shown_url(each->declared.code.str()));
    if (to.says(about)) continue;
    if (status there = bring_clone(*each, clone_need::fresh, of.around, &of.cancelled); !there) {
      to.bad(about, there.error());
      continue;
    }
    const git_state git = git_state_of(each->repository(), of.around);
    to.good(about, git.commit
                       ? fmt::format("answers, {} is at {}", git.branch.value_or("HEAD"), git.short_commit())
                       : "answers, and has no commit yet");
  }
}

void look_at_manifest_repositories(const doctor_scope& of, findings& to) {
  using namespace driver_commands_doctor_remotes;
  std::set<std::string> seen;
  for (const named_environment& each : of.environments)
    if (const auto target = repository_in(each, of); target && seen.insert(target->clone).second)
      look_at_repository(*target, of, to);
}

}  // namespace cicd
