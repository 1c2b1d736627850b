// The event, the environments and git's author.
#pragma once

#include <algorithm>

#include <cicd/base/glob.hpp>
#include <cicd/deliver/notify/failing_commit.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git_commits.hpp>

namespace cicd {

std::string author_of_followed(const declared_pipeline& of,
                               const std::string& commit,
                               const surroundings& around) {
  const ci_event event = ci_event_of(around);
  if (event.system.empty() || event.is_proposed() || event.branch.empty() || commit.empty()) return {};
  const bool is_followed = std::ranges::any_of(of.declared.environments, [&](const environment& each) {
    return each.on.kind == ref_kind::branch && ref_matches(each.on.pattern.view(), event.branch);
  });
  if (!is_followed) return {};
  const std::string author = author_of(of.repository(), commit, around);
  return author.substr(0, author.rfind(" <"));
}

}  // namespace cicd
