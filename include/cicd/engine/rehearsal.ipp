// Events to deploys, and a tag to its commit.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/policy/declared_question.hpp>
#include <cicd/engine/rehearsal.hpp>
#include <cicd/observe/ci_event.hpp>
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

std::string word_of(const git_event& event) {
  return event.kind == ref_kind::tag ? "tag" : "branch";
}

error no_such_tag(const declared_pipeline& pipeline,
                  const git_event& event,
                  const session& of,
                  const char* then) {
  return error{exit_class::usage,
               pipeline.declared.name.str(),
               std::string("there is no such tag") + then,
               event.name,
               {}}
      .with("did you mean", nearest(event.name, tags_in(pipeline.repository(), of.around)).value_or(""))
      .with("try", "git fetch --tags");
}

error on_another_commit(const declared_pipeline& pipeline,
                        const git_event& event,
                        const git_state& git,
                        const std::string& tagged) {
  return error{exit_class::usage,
               pipeline.declared.name.str(),
               "this " + word_of(event)
                   + " is on another commit than what is checked out, and that is what would be deployed",
               event.name,
               {{event.kind == ref_kind::tag ? "tagged" : "branch", tagged.substr(0, 7)},
                {"checked out", git.short_commit()},
                {"try", fmt::format("git -C {} worktree add ../{} {}", shell_quoted(git.top),
                                    shell_quoted(flat_name(event.name)), shell_quoted(event.name))},
                {"then", "configure a build tree of that folder, and run the same command there"}}};
}

error no_such_branch(const declared_pipeline& pipeline, const git_event& event, const session& of) {
  return error{
      exit_class::usage, pipeline.declared.name.str(), "there is no such branch here", event.name, {}}
      .with("did you mean", nearest(event.name, branches_in(pipeline.repository(), of.around)).value_or(""))
      .with("try", "git fetch");
}

/// Of a plan alone: a run is refused there.
error not_on_branch(const declared_pipeline& pipeline, const git_event& event, const git_state& git) {
  return error{exit_class::usage,
               pipeline.declared.name.str(),
               "HEAD is not on this branch: the plan is that of the current commit, as if it were",
               event.name,
               {{"checked out", git.short_commit()}}};
}

bool is_on(const std::string& branch,
           const declared_pipeline& pipeline,
           const git_state& git,
           const surroundings& around) {
  return git.branch == branch || commit_of_branch(pipeline.repository(), branch, around) == git.commit;
}

/// What happened by the CI system's variables, where it is a push, a tag or a proposed change.
status check_ci(const git_event& event, const ci_event& ci) {
  const bool says = !ci.system.empty() && ci.kind != event_kind::by_hand && ci.kind != event_kind::schedule;
  const bool is_same =
      (ci.kind == event_kind::tag && event.kind == ref_kind::tag && ci.tag == event.name)
      || (ci.kind == event_kind::push && event.kind == ref_kind::branch && ci.branch == event.name);
  if (!says || is_same) return {};
  const std::string& name = ci.kind == event_kind::tag ? ci.tag : ci.branch;
  return error{exit_class::policy,
               {},
               "the CI system says that another event set this run off",
               word_of(event) + "=" + event.name,
               {{"there", displayable(fmt::format("{}: {}{} ({})", ci.system, text_of(ci.kind),
                                                  name.empty() ? "" : " " + name, ci.known_by))},
                {"try", "cicd run --event ci"}}};
}

/// HEAD of one pipeline's repository is the commit of the event's ref.
status check_commit(const session& of,
                    const git_event& event,
                    const declared_pipeline& pipeline,
                    const git_state& git) {
  const std::string& folder = pipeline.repository();
  if (event.kind == ref_kind::branch && git.branch == event.name) return {};
  const std::optional<std::string> there = event.kind == ref_kind::tag
                                               ? commit_of_tag(folder, event.name, of.around)
                                               : commit_of_branch(folder, event.name, of.around);
  if (there == git.commit) return {};
  if (there) return on_another_commit(pipeline, event, git, *there);
  const ci_event ci = ci_event_of(of.around);
  const bool is_by_ci = event.kind == ref_kind::tag && ci.is_consistent() && ci.tag == event.name
                        && ci.commit == git.commit;  // a clone without tags
  if (is_by_ci) return {};
  return event.kind == ref_kind::tag ? no_such_tag(pipeline, event, of, "")
                                     : no_such_branch(pipeline, event, of);
}

}  // namespace
}  // namespace engine_rehearsal

result<std::vector<std::string>> targets_of_event(const session& of, const git_event& event) {
  std::vector<std::string> targets;
  for (const declared_pipeline& pipeline : of.model.pipelines)
    for (const environment* place : environments_of_event(pipeline, event.kind, event.name))
      targets.push_back(pipeline.declared.name.str() + ".deploy-" + place->name.str());
  if (targets.empty()) return engine_rehearsal::nothing_follows(of, event);
  return targets;
}

status check_rehearsal(const session& of, const git_event& event, errors& warnings) {
  if (event.kind == ref_kind::none) return {};
  std::set<std::string> seen;
  for (const declared_pipeline& pipeline : of.model.pipelines) {
    if (pipeline.is_elsewhere()) continue;  // its events are those of another repository
    const git_state git = git_state_of(pipeline.repository(), of.around);
    if (!git.commit || !seen.insert(git.top).second) continue;
    if (event.kind == ref_kind::branch) {
      if (!engine_rehearsal::is_on(event.name, pipeline, git, of.around))
        warnings.push_back(engine_rehearsal::not_on_branch(pipeline, event, git));
      continue;
    }
    const std::optional<std::string> tagged = commit_of_tag(pipeline.repository(), event.name, of.around);
    if (!tagged)
      warnings.push_back(engine_rehearsal::no_such_tag(pipeline, event, of,
                                                       ": the plan is that of the current commit with it"));
    else if (*tagged != *git.commit)
      return engine_rehearsal::on_another_commit(pipeline, event, git, *tagged);
  }
  return {};
}

status check_rehearsed_request(const session& of, errors& warnings) {
  using namespace engine_rehearsal;
  const ci_event event = ci_event_of(of.around);
  const git_state git = git_state_of(of.model.tree.source_root, of.around);
  if (!git.commit) return {};
  for (const declared_pipeline& pipeline : of.model.pipelines) {
    if (pipeline.is_elsewhere() || git_state_of(pipeline.repository(), of.around).top != git.top) continue;
    if (!commit_of_branch(pipeline.repository(), event.branch, of.around))
      return no_such_branch(pipeline, {ref_kind::branch, event.branch}, of);
    const git_event source{ref_kind::branch, event.source_branch};
    if (!is_on(source.name, pipeline, git, of.around))
      warnings.push_back(not_on_branch(pipeline, source, git));
    break;  // the request is of the one repository that has the declaration
  }
  return {};
}

status check_event(const session& of, const git_event& event) {
  using namespace engine_rehearsal;
  if (status same = check_ci(event, ci_event_of(of.around)); !same) return same;
  std::set<std::string> seen;
  for (const declared_pipeline& pipeline : of.model.pipelines) {
    if (pipeline.is_elsewhere()) continue;  // its events are those of another repository
    const git_state git = git_state_of(pipeline.repository(), of.around);
    if (!git.commit || !seen.insert(git.top).second) continue;
    if (status here = check_commit(of, event, pipeline, git); !here) return here;
  }
  const auto own = std::ranges::find_if_not(of.model.pipelines, &declared_pipeline::is_elsewhere);
  if (!seen.empty() || own == of.model.pipelines.end()) return {};
  const declared_pipeline& first = *own;
  return event.kind == ref_kind::tag ? no_such_tag(first, event, of, "") : no_such_branch(first, event, of);
}

bool is_name_of_event(const std::string& name) {
  return !name.starts_with('-') && name != "HEAD" && check_branch_name(name);
}

result<surroundings> rehearsed_request(const std::string& text, const surroundings& around) {
  constexpr std::string_view fork = "fork:";
  const bool is_fork = text.starts_with(fork);
  const std::string names = is_fork ? text.substr(fork.size()) : text;
  const auto dots = names.find("..");
  const std::string source = names.substr(0, dots),
                    base = dots == names.npos ? std::string() : names.substr(dots + 2);
  if (source.empty() || base.empty() || !is_name_of_event(source) || !is_name_of_event(base))
    return error{exit_class::usage, {}, "not a pull request", text, {}}.with(
        "allowed", "<source>..<base>, or fork:<source>..<base>: names of branches");
  std::map<std::string, std::string, std::less<>> variables = without_ci_system(around).all();
  variables["GITLAB_CI"] = "true";
  variables["CI_PIPELINE_SOURCE"] = "merge_request_event";
  variables["CI_PROJECT_ID"] = variables["CI_MERGE_REQUEST_PROJECT_ID"] = variables["CI_MERGE_REQUEST_IID"] =
      "1";
  variables["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"] = is_fork ? "2" : "1";
  variables["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] = source;
  variables["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = base;
  return surroundings(std::move(variables)).of_account(around.account_home());
}

result<git_event> event_of_ci(const surroundings& around) {
  const ci_event ci = ci_event_of(around);
  if (ci.kind == event_kind::tag && is_name_of_event(ci.tag)) return git_event{ref_kind::tag, ci.tag};
  if (ci.kind == event_kind::push && is_name_of_event(ci.branch))
    return git_event{ref_kind::branch, ci.branch};
  return error{exit_class::usage,
               {},
               ci.system.empty() ? "the variables are not those of a CI system, so the event is not known"
                                 : "no environment follows such an event",
               ci.system.empty() ? std::nullopt : std::optional(std::string(text_of(ci.kind))),
               {{"allowed", "a push to a branch, or a tag"},
                {"try", "cicd triggers"},
                {"or", "--event branch=<name> or --event tag=<name>, or the names of the targets"}}};
}

}  // namespace cicd
