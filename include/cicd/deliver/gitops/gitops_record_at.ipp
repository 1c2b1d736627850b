// The record that a commit of a manifest repository has, such as the one that an agent has applied.
#pragma once

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>

namespace cicd {

result<std::optional<deployment_record>> record_at(const manifest_target& target,
                                                   const std::string& commit,
                                                   const surroundings& around,
                                                   const gitops_options& options) {
  const auto git = git_client::find(around, options.cancelled, target.url);
  if (!git) return git.error();
  const result<std::string> tip = listed_tip(target, *git);
  if (!tip) return tip.error();
  auto clone = manifest_clone::open(target, *git, options);
  if (!clone) return std::move(clone).error();
  const result<std::string> newest = tip->empty() ? *tip : clone->bring(*tip);
  if (!newest) return newest.error();
  if (newest->empty() || (commit != *newest && !clone->is_in_history(commit, *newest)))
    return error{
        exit_class::remote,
        shown_url(target.url),
        "this branch of the manifest repository has no such commit",
        commit,
        {{"caused by", "the application follows another repository or branch, or the branch was moved"}}};
  const auto seen = clone->look_at(commit, {record_path(target)}, {});
  if (!seen) return seen.error();
  if (!seen->texts.front()) return std::optional<deployment_record>{};
  result<deployment_record> record =
      record_from(*seen->texts.front(), record_path(target) + " at " + commit.substr(0, 12));
  if (!record) return std::move(record).error();
  return std::optional(*std::move(record));
}

}  // namespace cicd
