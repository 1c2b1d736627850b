// A commit on the main branch's tip, pushed to the proposal's branch over whatever is there.
#pragma once

#include <cicd/base/digest.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/deliver/gitops/proposal.hpp>
#include <cicd/deliver/gitops/repository_session.hpp>

namespace cicd {

namespace deliver_gitops_proposal {
namespace {

/// A run that would only tell another time and another run moves no branch: reviews of it would be lost.
bool is_same(const manifest_state& proposed, const wanted_manifests& wanted) {
  const auto &there = proposed.record, &want = wanted.record;
  return there && want && proposed.files == wanted.files && there->generation == want->generation
         && there->images == want->images && there->tag == want->tag && there->version == want->version;
}

status push_to(const repository_session& at, const std::string& branch, const std::string& commit) {
  const captured pushed =
      at.git.run(at.target.clone,
                 {"push", "--quiet", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--force",
                  "--end-of-options", url_without_login(at.target.url), commit + ":refs/heads/" + branch});
  if (pushed.end.good()) return {};
  return git_failure(at.git, at.target.url, "the manifest repository did not take the branch " + branch,
                     pushed);
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

result<pull_request> propose(const manifest_target& main,
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
  if (!is_same(proposed, wanted)) {
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
    if (status pushed = push_to(*at, branch.branch, made->front().id); !pushed)
      return std::move(pushed).error();
  }
  result<std::optional<pull_request>> open = server.open_one(branch.branch, main.branch);
  if (!open) return std::move(open).error();
  if (!*open) return server.make(branch.branch, main.branch, text);
  if ((*open)->title != text.title)
    if (status told = server.retitle(**open, text); !told) return std::move(told).error();
  return **std::move(open);
}

result<std::optional<pull_request>> withdraw_proposal(const manifest_target& main,
                                                      const manifest_target& branch,
                                                      const forge& server,
                                                      const surroundings& around,
                                                      const gitops_options& options) {
  result<std::optional<pull_request>> open = server.open_one(branch.branch, main.branch);
  if (!open) return open;
  if (*open)
    if (status closed = server.close(**open); !closed) return std::move(closed).error();
  const auto at = reached_repository(main, around, options);
  if (!at) return at.error();
  if (status gone = deliver_gitops_proposal::push_to(*at, branch.branch, ""); !gone)
    return std::move(gone).error();
  return open;
}

}  // namespace cicd
