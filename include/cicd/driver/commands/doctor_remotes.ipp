// See doctor_remotes.hpp.
#pragma once

#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/repository_check.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/driver/commands/doctor_remotes.hpp>
#include <cicd/image/skopeo.hpp>

namespace cicd {

namespace driver_commands_doctor_remotes {
namespace {

std::set<std::string> repositories_of(const doctor_scope& of) {
  std::set<std::string> all;
  for (const declared_pipeline* pipeline : of.pipelines) all.merge(outside_repositories(*pipeline));
  return all;
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
  const std::string as = login.refused ? "no login for " + host + ": it is asked without one"
                                       : "login as " + displayable(trimmed(login.out));
  to.good(about,
          fmt::format("{}, {}", listed.refused ? "answers, and has no such repository yet" : "answers", as));
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
  const std::set<std::string> repositories = repositories_of(of);
  if (repositories.empty()) return;
  const auto with = skopeo::found(of.around, {&of.cancelled, std::chrono::milliseconds(0), {}});
  if (!with) return;  // the tools tell
  for (const std::string& each : repositories) look_at_registry(*with, each, of, to);
}

void look_at_manifest_repositories(const doctor_scope& of, findings& to) {
  using namespace driver_commands_doctor_remotes;
  std::set<std::string> seen;
  for (const named_environment& each : of.environments)
    if (const auto target = repository_in(each, of); target && seen.insert(target->clone).second)
      look_at_repository(*target, of, to);
}

}  // namespace cicd
