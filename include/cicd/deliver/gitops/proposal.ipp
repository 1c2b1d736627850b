// A commit on the main branch's tip, pushed to the proposal's branch in place of the one that is there.
#pragma once

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/deliver/gitops/proposal.hpp>
#include <cicd/deliver/gitops/repository_session.hpp>

namespace cicd {

namespace deliver_gitops_proposal {
namespace {

/// A run that would only tell another time and another run moves no branch: reviews of it, and commits that
/// were added to it, would be lost.
bool is_same(const manifest_state& proposed, const wanted_manifests& wanted) {
  const auto &there = proposed.record, &want = wanted.record;
  return there && want && there->manifests == want->manifests && there->generation == want->generation
         && there->images == want->images && there->tag == want->tag;
}

error moved_meanwhile(const manifest_target& branch) {
  return error{exit_class::conflict,
               {},
               "another run has moved the branch of the pull request meanwhile",
               branch.branch,
               {{"try", "run again: what is newer stays"}}};
}

/// `expected` is where the branch was: it is not moved from anywhere else.
status push_to(const repository_session& at,
               const manifest_target& branch,
               const std::string& commit,
               const std::string& expected) {
  const std::string name = "refs/heads/" + branch.branch;
  const captured pushed = at.git.run(
      at.target.clone, {"push", "--quiet", "--no-verify", "--no-follow-tags", "--recurse-submodules=no",
                        "--force-with-lease=" + name + ":" + expected, "--end-of-options",
                        url_without_login(at.target.url), commit + ":" + name});
  if (pushed.end.good()) return {};
  repository_session there = at;
  there.target = branch;
  if (const auto tip = current_tip(there); tip && *tip != expected) return moved_meanwhile(branch);
  return git_failure(at.git, at.target.url,
                     "the manifest repository did not take the branch " + branch.branch, pushed);
}

/// `1a2b3c4 Ada: fix`, of the commits on the branch's first line; five at most.
result<std::vector<std::string>> commits_of(const repository_session& at, const std::string& range) {
  const captured listed =
      at.git.run(at.target.clone, {"log", "--first-parent", "--max-count=5", "--format=%h %an: %s", range});
  if (!listed.end.good())
    return git_failure(at.git, at.target.url, "the commits of the branch cannot be listed", listed);
  std::vector<std::string> lines;
  for (const std::string& line : split(trimmed(listed.out), '\n'))
    if (!line.empty()) lines.push_back(displayable(line));
  return lines;
}

/// What would be lost by moving the branch: commits that are not of this target.
result<std::vector<std::string>> strange_commits(const manifest_target& branch,
                                                 const manifest_state& proposed,
                                                 const manifest_state& now,
                                                 const surroundings& around,
                                                 const gitops_options& options) {
  if (proposed.tip.empty()) return std::vector<std::string>();
  const auto at = reached_repository(branch, around, options);
  if (!at) return at.error();
  auto clone = manifest_clone::open(at->target, at->git, options);
  if (!clone) return std::move(clone).error();
  if (const auto brought = clone->bring(proposed.tip); !brought) return brought.error();
  // What the main branch has is lost nowhere.
  if (proposed.tip == now.tip) return std::vector<std::string>();
  if (!now.tip.empty()) {
    const captured merged =
        at->git.run(at->target.clone, {"merge-base", "--is-ancestor", proposed.tip, now.tip});
    if (merged.end.good()) return std::vector<std::string>();
  }
  const auto changes = clone->last_changes(proposed.tip, {record_path(branch), ".cicd/records"});
  if (!changes) return changes.error();
  const auto &ours = changes->front(), &last = changes->back();
  if (!ours || (last && last->commit != ours->commit)) return commits_of(*at, proposed.tip + "^!");
  auto after = commits_of(*at, ours->commit + ".." + proposed.tip);
  if (!after || !after->empty() || !proposed.record) return after;
  // One that was amended.
  if (proposed.record->manifests == digest_of_manifests(proposed.files)) return after;
  return commits_of(*at, proposed.tip + "^!");
}

status check_commits(const manifest_target& branch,
                     const manifest_state& proposed,
                     const manifest_state& now,
                     const surroundings& around,
                     const gitops_options& options) {
  const auto strange = strange_commits(branch, proposed, now, around, options);
  if (!strange) return strange.error();
  if (strange->empty()) return {};
  return error{exit_class::conflict,
               {},
               "the branch of the pull request has commits that are not of this deploy",
               branch.branch,
               {{"commits", joined(*strange, ", ")},
                {"try",
                 "merge or close its pull request and delete the branch, then run again; two "
                 "environments of one name, of other sources or with another PATH, share a branch"}}};
}

/// A title of this run's belongs to this run's commit only.
status check_tip(const manifest_target& branch,
                 const std::string& expected,
                 const surroundings& around,
                 const gitops_options& options) {
  const auto at = reached_repository(branch, around, options);
  if (!at) return at.error();
  const result<std::string> tip = current_tip(*at);
  if (!tip) return tip.error();
  return *tip == expected ? status() : status(moved_meanwhile(branch));
}

result<open_pull_request> opened(const manifest_target& main,
                                 const manifest_target& branch,
                                 const std::string& tip,
                                 const pull_request_text& text,
                                 const forge& server,
                                 const surroundings& around,
                                 const gitops_options& options) {
  result<std::optional<open_pull_request>> open = server.open_one(branch.branch, main.branch);
  if (!open) return std::move(open).error();
  if (*open && (*open)->title == text.title) return **std::move(open);
  if (status still = check_tip(branch, tip, around, options); !still) return std::move(still).error();
  if (!*open) return server.make(branch.branch, main.branch, text);
  if (status told = server.retitle(**open, text); !told) return std::move(told).error();
  return **std::move(open);
}

/// The first line, and the rest.
pull_request_text text_of(const std::string& message) {
  const auto end = message.find('\n');
  if (end == message.npos) return {message, ""};
  const auto rest = message.find_first_not_of('\n', end);
  return {message.substr(0, end), rest == message.npos ? "" : "```\n" + message.substr(rest) + "```\n"};
}

}  // namespace
}  // namespace deliver_gitops_proposal

std::string proposal_branch(const std::string& pipeline, const std::string& environment) {
  return "cicd/" + pipeline + "/" + environment;
}

manifest_target proposal_target(const manifest_target& main, const std::string& branch) {
  manifest_target target = main;
  target.branch = branch;
  const std::string folder = main.clone.substr(0, main.clone.rfind('/') + 1);
  target.clone = folder + hex(sha256(main.url + "\n" + branch)).substr(0, 16);
  target.turn = target.clone + ".turn";
  return target;
}

bool is_pending(const std::optional<deployment_record>& proposed,
                const std::optional<deployment_record>& now) {
  return proposed && proposed->generation > (now ? now->generation : 0);
}

result<open_pull_request> propose(const permit&,
                                  const manifest_target& main,
                                  const manifest_target& branch,
                                  const manifest_state& now,
                                  const manifest_state& proposed,
                                  const wanted_manifests& wanted,
                                  const forge& server,
                                  const surroundings& around,
                                  const gitops_options& options) {
  using namespace deliver_gitops_proposal;
  const pull_request_text text = deliver_gitops_proposal::text_of(wanted.message);
  if (status fine = check_files(wanted); !fine) return std::move(fine).error();
  std::string tip = proposed.tip;
  if (!is_same(proposed, wanted)) {
    if (status fine = check_commits(branch, proposed, now, around, options); !fine)
      return std::move(fine).error();
    const auto at = reached_repository(main, around, options);
    if (!at) return at.error();
    auto clone = manifest_clone::open(at->target, at->git, options);
    if (!clone) return std::move(clone).error();
    if (!now.tip.empty())
      if (const auto brought = clone->bring(now.tip); !brought) return brought.error();
    manifest_contents there{.files = now.files, .record = {}};
    if (std::string state = file_text(now.state); !state.empty()) there.state = std::move(state);
    const manifest_change change{main, there, wanted};
    const auto made = clone->commit(now.tip, {&change, 1});
    if (!made) return made.error();
    if (made->front().is_unsigned) return *made->front().is_unsigned;
    if (status pushed = push_to(*at, branch, made->front().id, tip); !pushed)
      return std::move(pushed).error();
    tip = made->front().id;
  }
  result<open_pull_request> open = opened(main, branch, tip, text, server, around, options);
  if (open || open.error().kind == exit_class::conflict) return open;
  return std::move(open).error().with(
      "done", fmt::format("the branch {} of {} is at {}; it has no pull request of this run", branch.branch,
                          shown_url(main.url), tip.substr(0, 7)));
}

result<std::optional<open_pull_request>> withdraw_proposal(const permit&,
                                                           const manifest_target& main,
                                                           const manifest_target& branch,
                                                           const manifest_state& proposed,
                                                           const forge& server,
                                                           const surroundings& around,
                                                           const gitops_options& options) {
  result<std::optional<open_pull_request>> open = server.open_one(branch.branch, main.branch);
  if (!open) return open;
  const auto at = reached_repository(main, around, options);
  if (!at) return at.error();
  if (*open) {
    if (status still = deliver_gitops_proposal::check_tip(branch, proposed.tip, around, options); !still)
      return std::move(still).error();
    if (status closed = server.close(**open); !closed) return std::move(closed).error();
  }
  if (status gone = deliver_gitops_proposal::push_to(*at, branch, "", proposed.tip); !gone)
    return std::move(gone).error();
  return open;
}

}  // namespace cicd
