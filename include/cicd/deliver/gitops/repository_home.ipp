// A hold is a commit of the state, a rollback a commit of the manifests, the record and the state.
#pragma once

#include <algorithm>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/gitops/repository_home.hpp>
#include <cicd/deliver/manifest_home.hpp>

namespace cicd {

namespace deliver_gitops_repository_home {
namespace {

constexpr std::size_t most_commits = 50;
constexpr int attempts = 50;

/// Those that came to a good end, each where it was deployed first: what a person put back by hand, or VERIFY
/// told of, is no other deployment.
std::vector<past_manifests> kept_in(const std::vector<past_manifests>& history) {
  std::vector<past_manifests> kept;
  std::set<std::string> ids;
  for (auto each = history.rbegin(); each != history.rend(); ++each) {
    const bool is_good = each->record.outcome == "deployed" || each->record.outcome == "rolled-back";
    if (is_good && ids.insert(each->record.id).second) kept.push_back(*each);
  }
  std::ranges::reverse(kept);
  return kept;
}

}  // namespace
}  // namespace deliver_gitops_repository_home

std::string shown_place(const manifest_target& target) {
  return shown_url(target.url) + " (" + target.path + ")";
}

std::unique_ptr<environment_home> repository_home(const manifest_target& target,
                                                  const surroundings& around,
                                                  const cancellation* cancelled) {
  using namespace deliver_gitops_repository_home;
  const gitops_options how{cancelled, {}, attempts};
  const auto past = [=, &around]() -> result<std::vector<past_manifests>> {
    const auto history = manifest_history(target, most_commits, around, how);
    if (!history) return history.error();
    return kept_in(*history);
  };
  manifest_store store;
  store.name = shown_place(target);
  store.is_embedded = target.create;
  store.read = [=, &around] { return read_manifests(target, around, how); };
  store.write = [=, &around](const decide_manifests& decide,
                             const manifest_store::say_line& say) -> result<bool> {
    const auto committed = commit_manifests(target, decide, around, {cancelled, say, attempts});
    if (!committed) return committed.error();
    return committed->has_value();
  };
  store.past = [past]() -> result<std::vector<kept_deployment>> {
    const auto all = past();
    if (!all) return all.error();
    std::vector<kept_deployment> kept;
    for (const past_manifests& each : *all) kept.push_back({each.record, {}});
    return kept;
  };
  store.files_of = [=, &around, name = store.name](
                       const deployment_record& of) -> result<std::map<std::string, std::string>> {
    const auto all = past();
    if (!all) return all.error();
    const auto found =
        std::ranges::find_if(*all, [&](const past_manifests& each) { return each.record.id == of.id; });
    if (found == all->end()) return not_kept(name, of);
    return manifests_at(target, found->commit, of, around, how);
  };
  return manifest_home(std::move(store));
}

}  // namespace cicd
