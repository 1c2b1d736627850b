// What git says, asked once and kept.
#pragma once

#include <algorithm>

#include <cicd/base/unicode.hpp>
#include <cicd/deliver/sources.hpp>
#include <cicd/observe/git_commits.hpp>

namespace cicd {

namespace deliver_sources {
namespace {

/// What is known, else what `ask` gives without the lock; where another was faster, what it got.
template <typename Value, typename Ask>
result<Value> known_or_asked(std::mutex& guard, std::optional<Value>& known, const Ask& ask) {
  {
    const std::lock_guard hold(guard);
    if (known) return *known;
  }
  result<Value> answer = ask();
  if (!answer) return answer;
  const std::lock_guard hold(guard);
  if (!known) known = *std::move(answer);
  return *known;
}

/// Another commit than the one that is checked out.
void put_commit(const std::string& commit,
                const std::string& folder,
                const surroundings& around,
                git_state& to) {
  to.commit = commit;
  to.built_branch.reset();
  to.tags.clear();
  for (const past_commit& each : first_parents(folder, commit, 1, around)) to.tags = each.tags;
}

/// Whether files of the checkout decide whether a deploy goes, or went well.
bool asks_files(const pipeline& declared) {
  return std::ranges::any_of(all_environments(declared), [](const environment* each) {
    return !each->gate.empty() || !each->verify.empty() || !each->verify_signature.empty()
           || (!each->health.empty() && each->health.front().view() == "command");
  });
}

}  // namespace
}  // namespace deliver_sources

std::string tag_of_change(const digest& image) {
  return "change-" + hex(image).substr(0, 16);
}

sources::state& sources::state_of(const declared_pipeline& pipeline) {
  const std::string& folder = pipeline.repository();
  const hand_promotion promoted = promoted_of(pipeline);
  const std::tuple key(folder, promoted.commit, promoted.branch);
  {
    const std::lock_guard hold(mutex_);
    if (const auto found = states_.find(key); found != states_.end()) return found->second;
  }
  git_state git = git_state_of(folder, around_);
  if (event_.kind == ref_kind::branch) git.branch = git.built_branch = event_.name;
  if (event_.kind == ref_kind::tag) git.tags = {event_.name};
  const std::string head = git.commit.value_or("");
  if (!promoted.commit.empty() && promoted.commit != head)
    deliver_sources::put_commit(promoted.commit, folder, around_, git);
  if (!promoted.branch.empty()) git.branch = promoted.branch;
  const std::lock_guard hold(mutex_);
  return states_.try_emplace(key, state{std::move(git), head}).first->second;
}

hand_promotion sources::promoted_of(const declared_pipeline& pipeline) const {
  const auto found = promoted_.find(pipeline.declared.name.view());
  return found == promoted_.end() ? hand_promotion{} : found->second;
}

bool sources::is_checked_out(const declared_pipeline& pipeline) {
  if (pipeline.is_elsewhere()) return false;
  const state& of = state_of(pipeline);
  return of.git.commit.value_or("") == of.head;
}

const git_state& sources::git_of(const declared_pipeline& pipeline) {
  return state_of(pipeline).git;
}

result<bool> sources::is_dirty(const declared_pipeline& pipeline) {
  if (!pipeline.departures.empty()) return true;  // no commit says so
  if (pipeline.is_elsewhere()) return false;      // nothing of it is checked out
  state& source = state_of(pipeline);
  if (!source.git.repository) return false;
  // Of what is promoted nothing but the declaration, what it runs and its keys is taken from here.
  const bool is_whole =
      promoted_of(pipeline).commit.empty() || deliver_sources::asks_files(pipeline.declared);
  const std::vector<std::string> asked =
      is_whole ? std::vector{pipeline.source_directory} : pipeline.declared_in;
  std::optional<bool>* known = nullptr;
  {
    const std::lock_guard hold(mutex_);
    known = &source.dirty[asked];
  }
  return deliver_sources::known_or_asked(mutex_, *known,
                                         [&] { return is_any_changed(pipeline.source_directory, asked); });
}

/// Whether one of the paths has changes that is the folder or lies below it.
result<bool> sources::is_any_changed(const std::string& folder, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (path != folder && !path.starts_with(folder + "/")) continue;
    const result<std::vector<std::string>> changes =
        changes_in(folder, around_, path == folder ? "." : path.substr(folder.size() + 1));
    if (!changes) return changes.error();
    if (!changes->empty()) return true;
  }
  return false;
}

result<bool> sources::is_dirty(const graph_step& step) {
  result<bool> dirty = is_dirty(*step.pipeline);
  for (const declared_pipeline* each : step.others) {
    if (!dirty || *dirty) return dirty;
    dirty = is_dirty(*each);
  }
  return dirty;
}

std::string sources::author(const declared_pipeline& pipeline) {
  state& source = state_of(pipeline);
  return *deliver_sources::known_or_asked(mutex_, source.author, [&]() -> result<std::string> {
    return author_of(pipeline.repository(), source.git.commit.value_or(""), around_);
  });
}

std::string sources::short_commit_before(const declared_pipeline& pipeline) {
  git_state before = state_of(pipeline).git;
  if (before.commit) before.commit = commit_before(pipeline.repository(), *before.commit, around_);
  return before.short_commit();
}

std::optional<std::chrono::system_clock::time_point> sources::commit_date(const declared_pipeline& pipeline) {
  using moment = std::optional<std::chrono::system_clock::time_point>;
  state& source = state_of(pipeline);
  return *deliver_sources::known_or_asked(mutex_, source.committed, [&]() -> result<moment> {
    return committed_at(pipeline.repository(), source.git.commit.value_or(""), around_);
  });
}

/// Another repository is looked at as a whole below the declaring file; of that of the sources only the file
/// itself, since the rest of it may be other services.
result<bool> sources::is_declaration_dirty(const declared_pipeline& pipeline,
                                           const std::string& file,
                                           const git_state& git) {
  const git_state& own = git_of(pipeline);
  if (!git.repository || file.starts_with(pipeline.repository() + "/")) return false;
  const std::string folder = file.substr(0, file.rfind('/'));
  const bool is_elsewhere = !own.repository || own.top != git.top;
  const result<std::vector<std::string>> changes =
      changes_in(folder, around_, is_elsewhere ? "." : file.substr(folder.size() + 1));
  if (!changes) return changes.error();
  return !changes->empty();
}

result<bool> sources::is_dirty_or_declared_so(const graph_step& step) {
  const result<bool> dirty = is_dirty(step);
  return !dirty || *dirty ? dirty : is_dirty_or_declared_so(*step.pipeline);
}

result<bool> sources::is_dirty_or_declared_so(const declared_pipeline& pipeline) {
  result<bool> dirty = is_dirty(pipeline);
  for (const std::string& file : pipeline.declared_in) {
    if (!dirty || *dirty) return dirty;
    dirty = is_declaration_dirty(pipeline, file, git_state_of(file.substr(0, file.rfind('/')), around_));
  }
  return dirty;
}

status sources::sign(const graph_step& step, deployment_record& record) {
  const declared_pipeline& pipeline = *step.pipeline;
  result<bool> dirty = is_dirty_or_declared_so(step);
  if (!dirty) return std::move(dirty).error();
  record.dirty = *dirty;
  const git_state& own = git_of(pipeline);
  for (const std::string& file : pipeline.declared_in) {
    const git_state git = git_state_of(file.substr(0, file.rfind('/')), around_);
    if (record.declaration.empty() && git.repository && git.top != own.top)
      record.declaration = git.commit.value_or("");
  }
  record.who = who(pipeline.source_directory, around_);
  record.committed = commit_date(pipeline);
  return {};
}

/// A clean commit's images bear its first seven digits; what no commit stands for is named by its own digest,
/// so that it can never clash. So is what a change publishes: whatever it had read, its commit's own tag is
/// for trusted runs.
result<std::string> sources::tag_for(const graph_step& step, const digest& of, bool is_of_change) {
  const git_state& git = git_of(*step.pipeline);
  if (!git.commit) return "sha-" + hex(of).substr(0, 12);
  result<bool> dirty = is_dirty(step);
  if (!dirty) return std::move(dirty).error();
  if (*dirty) return "dirty-" + hex(of).substr(0, 12);
  return is_of_change ? tag_of_change(of) : git.short_commit();
}

status sources::check_unchanged(const declared_pipeline& pipeline,
                                const std::string& subject,
                                bool takes_dirty) {
  if (!promoted_of(pipeline).commit.empty() || pipeline.is_elsewhere()) return {};
  const std::string& folder = pipeline.source_directory;
  const git_state& then = git_of(pipeline);
  const git_state now = git_state_of(folder, around_);
  const auto changed = [&](std::string was, std::string is) {
    return error{exit_class::conflict, subject, "the sources changed while the run was under way", folder, {}}
        .with("was", std::move(was))
        .with("is", std::move(is))
        .with("try", "run it again; in a checkout that nothing else changes (git worktree add)");
  };
  if (now.commit != then.commit) return changed(then.short_commit(), now.short_commit());
  if (takes_dirty || !then.repository) return {};
  const result<bool> was_dirty = is_dirty(pipeline);
  if (!was_dirty) return was_dirty.error();
  if (*was_dirty) return {};
  const result<std::vector<std::string>> changes = changes_in(folder, around_);
  if (!changes) return changes.error();
  return changes->empty() ? status{}
                          : status(changed("a clean tree", displayable(changes->front()) + " is changed"));
}

}  // namespace cicd
