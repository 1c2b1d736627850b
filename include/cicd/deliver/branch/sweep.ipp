// Which previews and canaries are over. See sweep.hpp.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/branch/places.hpp>
#include <cicd/deliver/branch/sweep.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

namespace deliver_branch_sweep {
namespace {

constexpr std::string_view heads = "refs/heads/";

std::set<std::string> branches_in(const std::string& listing) {
  std::set<std::string> names;
  for (const std::string& line : split(listing, '\n')) {
    const auto tab = line.find('\t');
    if (tab == line.npos) continue;
    const std::string ref = line.substr(tab + 1);
    if (ref.starts_with(heads)) names.insert(ref.substr(heads.size()));
  }
  return names;
}

error not_a_repository(const std::string& folder) {
  return error{exit_class::remote,
               {},
               "the branches cannot be listed: not a git repository",
               folder,
               {{"left", "nothing was removed"}}};
}

}  // namespace
}  // namespace deliver_branch_sweep

result<std::set<std::string>> branches_at_origin(const std::string& source_folder,
                                                 const surroundings& around,
                                                 const cancellation* cancelled) {
  using namespace deliver_branch_sweep;
  const git_state state = git_state_of(source_folder, around);
  if (!state.repository) return not_a_repository(source_folder);
  result<git_client> git = git_client::find(around, cancelled);
  if (!git) return std::move(git).error();
  const captured asked = git->run(state.top + "/.git", {"ls-remote", "--heads", "--", "origin"});
  if (!asked.end.good())
    return git_failure(*git, "origin", "which branches there are cannot be read", asked)
        .with("left", "nothing was removed");
  std::set<std::string> names = branches_in(asked.out);
  if (!names.empty()) return names;
  return error{exit_class::remote,
               {},
               "the remote listed no branches; nothing is swept",
               "origin",
               {{"try", "git ls-remote --heads origin"}}};
}

std::vector<over> over_among(const std::vector<known_place>& all,
                             const std::set<std::string>& branches,
                             std::chrono::system_clock::time_point now) {
  std::vector<over> found;
  for (const known_place& each : all) {
    const std::string kind = fact_of(each, branch_fact::kind), branch = fact_of(each, branch_fact::branch);
    if (branch.empty() || (kind != "preview" && kind != "canary")) continue;
    const std::string expires = fact_of(each, branch_fact::expires);
    const auto end = utc_from(expires);
    if (kind == "preview" && !branches.contains(branch))
      found.push_back({&each, "its branch is gone"});
    else if (end && *end <= now)
      found.push_back({&each, "its time was over at " + expires});
  }
  return found;
}

namespace deliver_branch_sweep {
namespace {

result<std::vector<over>> over_now(const std::vector<known_place>& all,
                                   const sweep_request& request,
                                   const action_ports& on) {
  if (all.empty()) return std::vector<over>{};
  const result<std::set<std::string>> branches = request.branches();
  if (!branches) return branches.error();
  return over_among(all, *branches, on.time->now());
}

/// Where the copies are in no cluster: all that are over end together.
status sweep_kept(const sweep_request& request, const action_ports& on, sweep_outcome& outcome) {
  const result<std::vector<known_place>> all = on.copies->all();
  if (!all) return all.error();
  const result<std::vector<over>> found = over_now(*all, request, on);
  if (!found) return found.error();
  std::vector<known_place> ending;
  for (const over& each : *found) {
    on.tell(branch_over{place_of(*on.copies, *each.what), fact_of(*each.what, branch_fact::kind), each.why});
    ending.push_back(*each.what);
  }
  outcome.over += ending.size();
  if (ending.empty() || request.dry_run) return {};
  const result<permit> allowed = on.may(change::branch_end, {});
  if (!allowed) return allowed.error();
  const std::vector<result<branch_end>> ends = on.copies->end(*allowed, ending, {on.who(), on.time->now()});
  status interrupted;
  for (std::size_t at = 0; at < ending.size(); ++at) {
    const changed_place where = place_of(*on.copies, ending[at]);
    if (ends[at]) {
      on.tell(told_end(where, ending[at], *ends[at]));
      continue;
    }
    if (ends[at].error().kind == exit_class::interrupted) {
      interrupted = ends[at].error();
      continue;
    }
    outcome.failed = ends[at].error().kind;
    on.tell(remove_failed{where, fact_of(ending[at], branch_fact::kind), ends[at].error()});
  }
  return interrupted;
}

}  // namespace
}  // namespace deliver_branch_sweep

result<sweep_outcome> sweep_branches(const sweep_request& request, const action_ports& on) {
  sweep_outcome outcome;
  const auto end_in = [&](const branch_cluster& at) -> status {
    const result<std::vector<over>> found = deliver_branch_sweep::over_now(at.all, request, on);
    if (!found) return found.error();
    for (const over& each : *found) {
      ++outcome.over;
      const changed_place where = place_of(at.with, *each.what);
      const std::string kind = fact_of(*each.what, branch_fact::kind);
      on.tell(branch_over{where, kind, each.why});
      if (request.dry_run) continue;
      const result<permit> allowed = on.may(change::branch_end, {});
      if (!allowed) return allowed.error();
      const result<branch_end> end =
          end_branch(*allowed, at.with, *each.what, end_options(on, request.cancelled));
      if (end) {
        on.tell(told_end(where, *each.what, *end));
      } else {
        outcome.failed = end.error().kind;
        on.tell(remove_failed{where, kind, end.error()});
      }
      if (request.cancelled != nullptr && request.cancelled->cancelled())
        return error{
            exit_class::interrupted, {}, "interrupted; the others are left for the next sweep", {}, {}};
    }
    return {};
  };
  const auto asked = request.dry_run ? std::nullopt : std::optional(change::branch_end);
  if (status done = each_branch_cluster(on, asked, end_in); !done) return std::move(done).error();
  if (on.copies != nullptr)
    if (status done = deliver_branch_sweep::sweep_kept(request, on, outcome); !done)
      return std::move(done).error();
  return outcome;
}

std::vector<std::string> preview_complaints(const declared_pipeline& pipeline) {
  std::vector<std::string> complaints;
  for (const preview& each : pipeline.declared.previews)
    if (each.sweep.empty())
      complaints.push_back(fmt::format(
          "previews of {} in {} are never swept: run `cicd preview sweep {}` on a schedule of the CI system",
          pipeline.declared.name.view(), each.in.view(), pipeline.declared.name.view()));
  return complaints;
}

}  // namespace cicd
