// Where manifests lie, what was deployed before, and what is known of many targets at once. What is read and
// committed goes through manifest_branch.
#pragma once

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/manifest_branch.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/deliver/gitops/repository_session.hpp>
#include <cicd/deliver/records/untrusted.hpp>
#include <cicd/system/files.hpp>

namespace cicd {
namespace deliver_gitops_gitops {

/// The texts of the records, then those of the states.
struct summary_texts {
  std::vector<std::optional<std::string>> records, states;
  std::vector<std::optional<manifest_clone::path_change>> changes;  ///< of the records
};

/// What the records and states of the targets hold at the branch's tip, in their order. A server is not asked
/// first where the branch is: a fetch that brings nothing tells as much.
inline result<summary_texts> texts_of(const repository_session& at,
                                      std::span<const manifest_target> targets) {
  std::vector<std::string> records, paths;
  for (const manifest_target& each : targets) records.push_back(record_path(each));
  paths = records;
  for (const manifest_target& each : targets) paths.push_back(state_path(each));
  auto clone = manifest_clone::open(at.target, at.git, at.options);
  if (!clone) return std::move(clone).error();
  std::optional<std::string> tip;
  if (local_path_of(at.target.url).empty()) tip = clone->newest();
  if (!tip) {
    const auto now = current_tip(at);
    if (!now) return now.error();
    if (now->empty())
      return summary_texts{std::vector<std::optional<std::string>>(targets.size()),
                           std::vector<std::optional<std::string>>(targets.size()),
                           std::vector<std::optional<manifest_clone::path_change>>(targets.size())};
    auto brought = clone->bring(*now);
    if (!brought) return brought.error();
    tip = *std::move(brought);
  }
  auto seen = clone->look_at(*tip, paths, records);
  if (!seen) return std::move(seen).error();
  const auto middle = seen->texts.begin() + static_cast<std::ptrdiff_t>(targets.size());
  return summary_texts{{seen->texts.begin(), middle}, {middle, seen->texts.end()}, std::move(seen->changes)};
}

inline result<manifest_summary> summary_of(const manifest_target& target,
                                           std::optional<std::string> record,
                                           std::optional<std::string> state,
                                           const std::optional<manifest_clone::path_change>& last) {
  auto now = state_from(target, {}, {{}, std::move(record), std::move(state)});
  if (!now) return std::move(now).error();
  manifest_summary summary{std::move(now->record), std::move(now->state), {}};
  if (last) summary.reverted = revert_in(*last, summary.record);
  if (summary.reverted && summary.reverted->commit == summary.state.revert_released) summary.reverted.reset();
  return summary;
}

}  // namespace deliver_gitops_gitops

manifest_target repository_target(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const std::string& embedded) {
  manifest_target target;
  target.url = place.repository ? place.repository.str() : embedded;
  target.create = !place.repository;
  const bool is_path = target.url.find(':') == std::string::npos;
  if (is_path)
    target.url =
        normal_path(target.url.starts_with('/') ? target.url : pipeline.source_directory + "/" + target.url);
  // As git finds it.
  if (is_path && !exists(target.url) && exists(target.url + ".git")) target.url += ".git";
  target.branch = place.branch ? place.branch.str() : "main";
  target.path = place.path ? place.path.str() : place.name.str() + "/" + pipeline.declared.name.str();
  return target;
}

std::string record_path(const manifest_target& target) {
  return ".cicd/records/" + target.path + ".json";
}

std::string state_path(const manifest_target& target) {
  return ".cicd/state/" + target.path + ".json";
}

result<manifest_state> read_manifests(const manifest_target& target,
                                      const surroundings& around,
                                      const gitops_options& options) {
  return manifest_branch::make(target, around)->read(target, options);
}

std::vector<result<manifest_summary>> read_summaries(std::span<const manifest_target> targets,
                                                     const surroundings& around,
                                                     const gitops_options& options) {
  using namespace deliver_gitops_gitops;
  std::vector<result<manifest_summary>> summaries;
  if (targets.empty()) return summaries;
  const auto at = reached_repository(targets.front(), around, options);
  auto texts = at ? texts_of(*at, targets) : result<summary_texts>(at.error());
  for (std::size_t each = 0; each < targets.size(); ++each)
    summaries.push_back(texts ? summary_of(targets[each], std::move(texts->records[each]),
                                           std::move(texts->states[each]), texts->changes[each])
                              : result<manifest_summary>(texts.error()));
  return summaries;
}

result<std::optional<std::string>> commit_manifests(const manifest_target& target,
                                                    const decide_manifests& decide,
                                                    const surroundings& around,
                                                    const gitops_options& options) {
  return manifest_branch::make(target, around)->commit(target, decide, options);
}

result<std::vector<past_manifests>> manifest_history(const manifest_target& target,
                                                     std::size_t most,
                                                     const surroundings& around,
                                                     const gitops_options& options) {
  using namespace deliver_gitops_gitops;
  const auto at = reached_repository(target, around, options);
  if (!at) return at.error();
  const auto tip = current_tip(*at);
  if (!tip) return tip.error();
  if (tip->empty()) return std::vector<past_manifests>{};
  auto clone = manifest_clone::open(target, at->git, options);
  if (!clone) return std::move(clone).error();
  const auto newest = clone->bring(*tip);
  if (!newest) return newest.error();
  const auto past = clone->past_records(*newest, record_path(target), most);
  if (!past) return past.error();
  std::vector<past_manifests> all;
  for (const auto& [commit, text] : *past) {
    auto record = record_from(text, record_path(target) + " at " + commit.substr(0, 12));
    if (record)
      all.push_back({commit, std::move(*record)});
    else if (commit == past->front().commit)
      return with_repair(std::move(record).error(), record_repair(target));
    else
      at->say("left out: " + record.error().what + ": " + *record.error().value);
  }
  for (std::size_t each = 0; each + 1 < all.size(); ++each)
    if (all[each].record.generation < all[each + 1].record.generation) all[each].record.outcome = "reverted";
  return all;
}

result<std::map<std::string, std::string>> manifests_at(const manifest_target& target,
                                                        const std::string& commit,
                                                        const deployment_record& record,
                                                        const surroundings& around,
                                                        const gitops_options& options) {
  using namespace deliver_gitops_gitops;
  const auto at = reached_repository(target, around, options);
  if (!at) return at.error();
  auto clone = manifest_clone::open(target, at->git, options);
  if (!clone) return std::move(clone).error();
  auto all = clone->contents_at(commit, {&target, 1});
  if (!all) return std::move(all).error();
  auto& contents = all->front();
  if (!contents) return std::move(contents).error();
  if (digest_of_manifests(contents->files) == record.manifests) return std::move(contents->files);
  return error{.kind = exit_class::conflict,
               .subject = {},
               .what = "the manifests of that deployment were changed in its own commit",
               .value = commit.substr(0, 12),
               .notes = {{"try", "another --to, or deploy its commit again"}}};
}

}  // namespace cicd
