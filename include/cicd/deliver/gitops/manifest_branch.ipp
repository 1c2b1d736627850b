// Reading: the targets that are expected come with the first one. See manifest_branch.hpp.
#pragma once

#include <fmt/format.h>

#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/deliver/gitops/manifest_branch.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {
namespace deliver_gitops_manifest_branch {

/// So long what a server said counts.
constexpr std::chrono::milliseconds fresh{30'000};

}  // namespace deliver_gitops_manifest_branch

manifest_branch::manifest_branch(const manifest_target& target, const surroundings& around)
    : any_(target), around_(around) {}

std::shared_ptr<manifest_branch> manifest_branch::make(const manifest_target& target,
                                                       const surroundings& around) {
  return std::shared_ptr<manifest_branch>(new manifest_branch(target, around));
}

void manifest_branch::expect(const manifest_target& target) {
  const std::lock_guard hold(seen_mutex_);
  expected_.emplace(target.path, target);
}

result<manifest_state> manifest_branch::read(const manifest_target& target, const gitops_options& options) {
  const auto at = reached_repository(target, around_, options);
  if (!at) return at.error();
  auto seen = look(*at, age::of_a_moment_ago);
  if (!seen) return std::move(seen).error();
  auto now = state_from(target, seen->tip, std::move(seen->contents));
  if (!now) return now;
  return with_history(*at, *std::move(now));
}

/// It outlives this call, and starts git only when it is asked.
manifest_state manifest_branch::with_history(const repository_session& at, manifest_state now) {
  now.reverted = [self = shared_from_this(), target = at.target, options = at.options, seen = now] {
    return [&]() -> result<std::optional<hand_revert>> {
      const auto again = reached_repository(target, self->around_, options);
      if (!again) return again.error();
      return self->reverted(*again, seen);
    }();
  };
  return now;
}

/// The last changes of all records are asked at once.
result<std::optional<hand_revert>> manifest_branch::reverted(const repository_session& at,
                                                             const manifest_state& now) {
  if (now.tip.empty()) return std::optional<hand_revert>{};
  const std::lock_guard hold(seen_mutex_);
  auto clone = manifest_clone::open(at.target, at.git, at.options);
  if (!clone) return std::move(clone).error();
  if (const auto brought = clone->bring(now.tip); !brought) return brought.error();
  const std::string record = record_path(at.target);
  const bool is_of_all = tip_ == now.tip && expected_.size() > 1;
  if (is_of_all && !changes_) {
    std::vector<std::string> records;
    for (const auto& [path, target] : expected_) records.push_back(record_path(target));
    auto last = clone->last_changes(now.tip, records);
    if (!last) return std::move(last).error();
    changes_.emplace();
    for (std::size_t each = 0; each < records.size(); ++each)
      changes_->emplace(records[each], std::move((*last)[each]));
  }
  // Of many at once only the last thousand changes are looked at.
  const auto known = is_of_all ? changes_->find(record) : std::map<std::string, last_change>::iterator{};
  if (is_of_all && known != changes_->end() && (known->second || !now.record))
    return unreleased_revert(at.target, *clone, now, known->second);
  const auto last = clone->last_changes(now.tip, {record});
  if (!last) return last.error();
  return unreleased_revert(at.target, *clone, now, last->front());
}

/// What is at the branch's tip.
result<manifest_branch::view> manifest_branch::look(const repository_session& at, age newest) {
  const std::lock_guard hold(seen_mutex_);
  expected_.emplace(at.target.path, at.target);
  const result<std::string> tip = tip_of(at, newest);
  if (!tip) return tip.error();
  if (tip->empty()) return view{};
  if (const auto known = contents_.find(at.target.path); known == contents_.end())
    if (status read = read_at(at, *tip); !read) return std::move(read).error();
  const auto& contents = contents_.at(at.target.path);
  if (!contents) return contents.error();
  return view{*tip_, *contents};
}

/// A server is not asked first where the branch is: a fetch that brings nothing tells as much.
result<std::string> manifest_branch::tip_of(const repository_session& at, age newest) {
  using deliver_gitops_manifest_branch::fresh;
  const auto now = system_clock_port().elapsed();
  std::optional<std::string> tip = tip_without_git(at.target);
  if (!tip && newest == age::of_a_moment_ago && tip_ && now - asked_ < fresh) return *tip_;
  if (!tip && local_path_of(at.target.url).empty()) {
    auto clone = manifest_clone::open(at.target, at.git, at.options);
    if (!clone) return std::move(clone).error();
    tip = clone->newest();
  }
  if (!tip) {
    result<std::string> asked = current_tip(at);
    if (!asked) return asked;
    tip = *std::move(asked);
  }
  asked_ = now;
  if (tip_ == tip) return *tip;
  contents_.clear();
  changes_.reset();
  tip_ = *tip;
  return *std::move(tip);
}

/// Where git names the same objects as it did at the tip that is remembered, nothing need be read.
void manifest_branch::take_unchanged(manifest_clone& clone,
                                     const std::string& tip,
                                     std::vector<manifest_target>& unknown) {
  std::vector<manifest_target> targets;
  std::vector<manifest_contents> before;
  for (const manifest_target& each : unknown)
    if (auto last = last_contents(each); last && last->objects) {
      targets.push_back(each);
      before.push_back(*std::move(last));
    }
  if (targets.empty()) return;
  const auto now = clone.objects_at(tip, targets);
  for (std::size_t each = 0; now && each < targets.size(); ++each) {
    if ((*now)[each] != before[each].objects) continue;
    remember_contents(targets[each], tip, before[each]);
    contents_.emplace(targets[each].path, std::move(before[each]));
  }
  std::erase_if(unknown, [&](const manifest_target& each) { return contents_.contains(each.path); });
}

/// What is remembered of that tip needs no git; the rest is read at once.
status manifest_branch::read_at(const repository_session& at, const std::string& tip) {
  std::vector<manifest_target> unknown;
  for (const auto& [path, target] : expected_) {
    if (contents_.contains(path)) continue;
    if (auto known = known_contents(target, tip))
      contents_.emplace(path, *std::move(known));
    else
      unknown.push_back(target);
  }
  if (unknown.empty()) return {};
  auto clone = manifest_clone::open(at.target, at.git, at.options);
  if (!clone) return std::move(clone).error();
  auto newest = clone->bring(tip);
  if (!newest) return std::move(newest).error();
  if (*newest != tip) {
    contents_.clear();
    changes_.reset();
    tip_ = *newest;
    unknown.clear();
    for (const auto& [path, target] : expected_) unknown.push_back(target);
  }
  take_unchanged(*clone, *newest, unknown);
  if (unknown.empty()) return {};
  auto all = clone->contents_at(*newest, unknown);
  if (!all) return std::move(all).error();
  for (std::size_t each = 0; each < unknown.size(); ++each) {
    if ((*all)[each]) remember_contents(unknown[each], *newest, *(*all)[each]);
    contents_.emplace(unknown[each].path, std::move((*all)[each]));
  }
  return {};
}

}  // namespace cicd
