// Committing: one thread leads and takes with it what the others want, as commits on each other; on any
// failure it looks where the branch is and decides again what changed meanwhile. What a rejection says is
// shown, never judged.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/deliver/gitops/manifest_branch.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {
namespace deliver_gitops_manifest_branch {

/// After as many failed pushes onto one tip it may be our clone that is damaged, and it is made anew.
constexpr int pushes_before_renewal = 2;
/// The same as `failures_believed` of one that was refused with others before.
constexpr int believed_alone = 2;
/// So long those that announced a commit are waited for, after the last one came.
constexpr std::chrono::milliseconds patience{1'000};

}  // namespace deliver_gitops_manifest_branch

void manifest_branch::announce(const std::string& path, bool is_coming) {
  {
    const std::lock_guard hold(queue_mutex_);
    if (is_coming)
      coming_.insert(path);
    else
      coming_.erase(path);
  }
  moved_.notify_all();
}

result<std::optional<std::string>> manifest_branch::commit(const manifest_target& target,
                                                           const decide_manifests& decide,
                                                           const gitops_options& options) {
  request mine{target, decide, options};
  const auto leave = [&] {
    announce(target.path, false);
    return *std::move(mine.end);
  };
  const auto at = reached_repository(target, around_, options);
  if (!at) mine.end = at.error();
  // Each decides for itself, beside the others.
  if (auto seen = at ? look(*at, age::of_a_moment_ago) : result<view>(view{}); at && !seen)
    mine.end = std::move(seen).error();
  else if (at)
    decide_on(mine, *at, *std::move(seen));
  if (mine.end) return leave();
  std::unique_lock hold(queue_mutex_);
  queue_.push_back(&mine);
  coming_.erase(target.path);
  moved_.notify_all();
  moved_.wait(hold, [&] { return mine.is_done || !has_leader_; });
  if (mine.is_done) return *std::move(mine.end);
  has_leader_ = true;
  hold.unlock();
  lead(mine);
  hold.lock();
  has_leader_ = false;
  hold.unlock();
  moved_.notify_all();
  return *std::move(mine.end);
}

void manifest_branch::decide_on(request& of, const repository_session& at, view now) {
  of.seen = now.contents;
  auto state = state_from(of.target, now.tip, std::move(now.contents));
  if (!state) {
    of.end = std::move(state).error();
    return;
  }
  auto decided = of.decide(with_history(at, *std::move(state)));
  if (!decided) {
    of.end = std::move(decided).error();
  } else if (!*decided) {
    of.end = std::optional<std::string>();
  } else if (status fine = check_files((*decided)->wanted); !fine) {
    of.end = std::move(fine).error();
  } else {
    of.decided = **std::move(decided);
  }
}

/// Until `first` has come to its end, with all that came meanwhile.
void manifest_branch::lead(request& first) {
  gather(first.options);
  const auto turn = turn_to_push(first.target, first.options);
  if (!turn) {
    const std::lock_guard hold(queue_mutex_);
    std::erase(queue_, &first);
    first.end = turn.error();
    return;
  }
  while (!first.end) {
    const auto began = system_clock_port().elapsed();
    const std::vector<request*> batch = taken();
    const bool is_done = attempt(batch);
    {
      const std::lock_guard hold(queue_mutex_);
      for (request* each : queue_) each->is_done = each->end.has_value();
      std::erase_if(queue_, [](const request* each) { return each->is_done; });
    }
    moved_.notify_all();
    if (is_done || first.end) continue;
    const int next = first.attempts + 1;
    if (first.options.say)
      first.options.say(
          fmt::format("the manifest repository did not take the commit, attempt {} follows", next));
    if (rest_unless_cancelled(first.options.cancelled,
                              pause_after(system_clock_port().elapsed() - began, first.attempts)))
      continue;
    first.end = interrupted_commit(first.target);
    const std::lock_guard hold(queue_mutex_);
    std::erase(queue_, &first);
  }
}

/// Waits for those that said that they are about to come.
void manifest_branch::gather(const gitops_options& options) {
  std::unique_lock hold(queue_mutex_);
  while (!coming_.empty() && (options.cancelled == nullptr || !options.cancelled->cancelled())) {
    const std::size_t before = queue_.size(), expected = coming_.size();
    const bool has_moved = moved_.wait_for(hold, deliver_gitops_manifest_branch::patience, [&] {
      return queue_.size() != before || coming_.size() != expected;
    });
    if (!has_moved) return;
  }
}

std::vector<manifest_branch::request*> manifest_branch::taken() {
  const std::lock_guard hold(queue_mutex_);
  return alone_ ? std::vector(queue_.begin(), queue_.begin() + 1) : queue_;
}

/// One push at most; true when nothing more is to be done for those of the batch.
bool manifest_branch::attempt(const std::vector<request*>& batch) {
  const auto end_all = [&](const error& why) {
    for (request* each : batch)
      if (!each->end) each->end = why;
    return true;
  };
  const gitops_options& options = batch.front()->options;
  std::optional<repository_session> session;
  std::string tip;
  std::vector<request*> wanted;
  for (request* each : batch) {
    const auto at = reached_repository(each->target, around_, options);
    if (!at) return end_all(at.error());
    auto now = look(*at, each->attempts == 0 || session ? age::of_a_moment_ago : age::of_now);
    if (!now && !session) return end_all(now.error());
    if (!now) {
      each->end = std::move(now).error();
      continue;
    }
    if (!session) {
      session = *at;
      tip = now->tip;
      arrived(batch, tip);
    }
    if (each->end) continue;
    // Nothing was written there meanwhile: what was decided still holds.
    if (each->seen != now->contents) decide_on(*each, *at, *std::move(now));
    if (!each->end) wanted.push_back(each);
  }
  if (wanted.empty()) return true;
  const result<offered> how = offer(wanted, *session, tip);
  if (!how) return end_all(how.error());
  return *how == offered::taken || (*how == offered::refused && give_up(wanted));
}

/// Whether another was quicker. A server is asked only after a push that it refused, which costs more.
bool manifest_branch::has_moved(const repository_session& at,
                                const std::string& tip,
                                bool was_refused) const {
  if (const auto now = tip_without_git(at.target)) return *now != tip;
  if (!was_refused) return false;
  const auto now = listed_tip(at.target, at.git);
  return now && *now != tip;
}

std::vector<manifest_change> manifest_branch::changes_of(const std::vector<request*>& batch) {
  std::vector<manifest_change> changes;
  for (const request* each : batch) changes.push_back({each->target, *each->seen, each->decided->wanted});
  return changes;
}

/// One that cannot be signed stops no other; true where there was one.
bool manifest_branch::leave_out_unsigned(std::vector<request*>& batch,
                                         const std::vector<manifest_clone::made_commit>& commits) {
  for (std::size_t each = 0; each < batch.size(); ++each)
    if (commits[each].is_unsigned) batch[each]->end = *commits[each].is_unsigned;
  return std::erase_if(batch, [](const request* each) { return each->end.has_value(); }) > 0;
}

/// A commit for each, and one push; those that came to their end before it are not in `batch` any more.
result<manifest_branch::offered> manifest_branch::offer(std::vector<request*>& batch,
                                                        const repository_session& at,
                                                        const std::string& tip) {
  {
    auto clone = manifest_clone::open(at.target, at.git, at.options);
    if (!clone) return std::move(clone).error();
    auto commits = clone->commit(tip, changes_of(batch));
    while (commits && leave_out_unsigned(batch, *commits) && !batch.empty())
      commits = clone->commit(tip, changes_of(batch));
    if (!commits) return std::move(commits).error();
    if (batch.empty()) return offered::taken;
    const bool was_refused = batch.front()->attempts > 0;
    if (has_moved(at, tip, was_refused)) return offered::too_late;
    unmoved_ = tip == offered_on_ && was_refused ? unmoved_ + 1 : 1;
    offered_on_ = tip;
    for (std::size_t each = 0; each < batch.size(); ++each) batch[each]->offered = (*commits)[each];
    const captured pushed = clone->push(commits->back().id, tip);
    if (!pushed.end.good()) {
      last_failure_ =
          git_failure(at.git, at.target.url, "the manifest repository did not take the commit", pushed)
              .with("try", "a login that may push to " + at.target.branch
                               + "; PULL_REQUEST where that branch is protected");
      if (unmoved_ == deliver_gitops_manifest_branch::pushes_before_renewal) (void)clone->discard();
      return offered::refused;
    }
  }
  keep(batch, tip, batch.back()->offered.id);
  for (request* each : batch) each->end = std::optional(each->offered.id);
  return offered::taken;
}

/// What was pushed is there now; what others have there stays as it was read at the tip before.
void manifest_branch::keep(const std::vector<request*>& batch,
                           const std::string& before,
                           const std::string& tip) {
  const std::lock_guard hold(seen_mutex_);
  changes_.reset();
  if (tip_ != before) {
    tip_.reset();
    contents_.clear();
  } else {
    tip_ = tip;
    asked_ = system_clock_port().elapsed();
  }
  for (const request* each : batch) {
    manifest_contents contents = contents_of(each->decided->wanted);
    contents.modes = each->seen->modes;
    std::erase_if(contents.modes, [&](const auto& mode) {
      return each->seen->files.contains(mode.first) && !contents.files.contains(mode.first);
    });
    contents.objects = each->offered.objects;
    contents_.insert_or_assign(each->target.path, std::move(contents));
  }
  for (const auto& [path, contents] : contents_)
    if (contents) remember_contents(expected_.at(path), tip, *contents);
  if (!tip_) contents_.clear();
}

/// Those whose commit is at `tip`, or below it in spite of the failure that was reported, are done.
void manifest_branch::arrived(const std::vector<request*>& batch, const std::string& tip) {
  const auto first =
      std::ranges::find_if(batch, [](const request* each) { return !each->offered.id.empty(); });
  if (first == batch.end() || tip.empty() || tip == offered_on_) return;
  bool is_there = std::ranges::any_of(batch, [&](const request* each) { return each->offered.id == tip; });
  if (!is_there) {
    const auto at = reached_repository((*first)->target, around_, (*first)->options);
    if (!at) return;
    auto clone = manifest_clone::open(at->target, at->git, at->options);
    is_there = clone && clone->is_in_history((*first)->offered.id, tip);
  }
  for (request* each : batch)
    if (is_there && !each->offered.id.empty()) each->end = std::optional(each->offered.id);
}

/// After a push that failed: false where it is to be tried again. Of several that were refused together each
/// is tried alone, so that one that the server does not want stops no other.
bool manifest_branch::give_up(const std::vector<request*>& batch) {
  for (request* each : batch) ++each->attempts;
  const bool is_refused =
      unmoved_ >= (alone_ ? deliver_gitops_manifest_branch::believed_alone : failures_believed);
  if (is_refused) unmoved_ = 0;
  if (is_refused && batch.size() > 1) {
    alone_ = true;
    return false;
  }
  bool is_over = true;
  for (request* each : batch) {
    if (is_refused || each->attempts >= each->options.attempts) each->end = last_failure_;
    is_over = is_over && each->end.has_value();
  }
  return is_over;
}

}  // namespace cicd
