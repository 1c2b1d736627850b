// Events to deploys, and a tag to its commit.
#pragma once

#include <set>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/engine/rehearsal.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

namespace engine_rehearsal {
namespace {

error nothing_follows(const session& of, const git_event& event) {
  std::vector<std::string> followed;
  for (const declared_pipeline& pipeline : of.model.pipelines)
    for (const environment& place : pipeline.declared.environments)
      if (place.on.kind != ref_kind::none)
        followed.push_back(fmt::format("{} ({} {})", place.name.view(),
                                       place.on.kind == ref_kind::tag ? "tag" : "branch",
                                       place.on.pattern.view()));
  return error{
      exit_class::usage,
      {},
      event.kind == ref_kind::tag ? "no environment follows this tag" : "no environment follows this branch",
      event.name,
      {}}
      .with("allowed", joined(followed, ", "));
}

error no_such_tag(const declared_pipeline& pipeline, const git_event& event, const session& of) {
  return error{exit_class::usage,
               pipeline.declared.name.str(),
               "there is no such tag: the plan is that of the current commit with it",
               event.name,
               {}}
      .with("did you mean", nearest(event.name, tags_in(pipeline.source_directory, of.around)).value_or(""))
      .with("try", "git fetch --tags");
}

error on_another_commit(const declared_pipeline& pipeline,
                        const git_event& event,
                        const git_state& git,
                        const std::string& tagged) {
  return error{exit_class::usage,
               pipeline.declared.name.str(),
               "this tag is on another commit than what is checked out, and that is what would be deployed",
               event.name,
               {{"tagged", tagged.substr(0, 7)},
                {"checked out", git.short_commit()},
                {"try", fmt::format("git -C {} worktree add ../{} {}, configure that and plan there",
                                    shell_quoted(git.top), shell_quoted(flat_name(event.name)),
                                    shell_quoted(event.name))}}};
}

}  // namespace
}  // namespace engine_rehearsal

result<std::vector<std::string>> targets_of_event(const session& of, const git_event& event) {
  std::vector<std::string> targets;
  for (const declared_pipeline& pipeline : of.model.pipelines)
    for (const environment& place : pipeline.declared.environments)
      if (place.on.kind == event.kind && ref_matches(place.on.pattern.view(), event.name))
        targets.push_back(pipeline.declared.name.str() + ".deploy-" + place.name.str());
  if (targets.empty()) return engine_rehearsal::nothing_follows(of, event);
  return targets;
}

status check_rehearsal(const session& of, const git_event& event, errors& warnings) {
  if (event.kind != ref_kind::tag) return {};
  std::set<std::string> seen;
  for (const declared_pipeline& pipeline : of.model.pipelines) {
    const git_state git = git_state_of(pipeline.source_directory, of.around);
    if (!git.commit || !seen.insert(git.top).second) continue;
    const std::optional<std::string> tagged = commit_of_tag(pipeline.source_directory, event.name, of.around);
    if (!tagged)
      warnings.push_back(engine_rehearsal::no_such_tag(pipeline, event, of));
    else if (*tagged != *git.commit)
      return engine_rehearsal::on_another_commit(pipeline, event, git, *tagged);
  }
  return {};
}

}  // namespace cicd
