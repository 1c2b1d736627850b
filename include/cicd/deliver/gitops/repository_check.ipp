// Fetches the branch, and offers the repository what it has already.
#pragma once

#include <unistd.h>

#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/deliver/gitops/repository_check.hpp>

namespace cicd {

namespace deliver_gitops_repository_check {
namespace {

/// Equal to what is there, so that a repository that takes it has nothing to do.
status offer(const manifest_target& target,
             const git_client& git,
             const std::string& tip,
             const gitops_options& options) {
  auto clone = manifest_clone::open(target, git, options);
  if (!clone) return std::move(clone).error();
  const result<std::string> newest = clone->bring(tip);
  if (!newest) return newest.error();
  const captured pushed = clone->try_push(*newest);
  if (pushed.end.good()) return {};
  return git_failure(git, target.url, "the manifest repository does not take a push", pushed);
}

}  // namespace
}  // namespace deliver_gitops_repository_check

repository_check check_repository(const manifest_target& target,
                                  const surroundings& around,
                                  const gitops_options& options) {
  using namespace deliver_gitops_repository_check;
  repository_check found;
  const auto git = git_client::find(around, options.cancelled, target.url);
  if (!git) return {{}, git.error(), {}};
  result<std::string> tip = listed_tip(target, *git);
  if (!tip) return {{}, std::move(tip).error(), {}};
  found.tip = *std::move(tip);
  if (const std::string path = local_path_of(target.url);
      !path.empty() && access((path + "/objects").c_str(), W_OK) != 0)
    found.write = error{exit_class::remote, {}, "the manifest repository may not be written", path, {}};
  else if (!found.tip.empty())
    found.write = offer(target, *git, found.tip, options);
  return found;
}

}  // namespace cicd
