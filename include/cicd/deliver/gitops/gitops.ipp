// The loop that brings a deployment into a manifest repository: read, decide, commit, push; on any failure
// look where the branch is and decide again. What a rejection says is shown, never judged.
#pragma once

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/git/git_text.hpp>
#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {
namespace deliver_gitops_gitops {

/// How often a remote may fail in a row, without anything having moved, before we believe it.
constexpr int failures_believed = 5;
/// After as many failed pushes onto one tip it may be our clone that is damaged, and it is made anew.
constexpr int pushes_before_renewal = 2;

inline error refused_path(std::string what, const std::string& path, std::string allowed) {
  return error{.kind = exit_class::usage,
               .subject = {},
               .what = std::move(what),
               .value = path,
               .notes = {{"allowed", std::move(allowed)}}};
}

/// A path that stays within its folder and that no git takes for its own.
inline bool is_safe_path(const std::string& path) {
  if (path.empty() || path.find('\n') != path.npos || path.find('\0') != path.npos) return false;
  const std::vector<std::string> parts = split(path, '/');
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    return !part.empty() && part != "." && part != ".." && lower(part) != ".git";
  });
}

inline status check_target(const manifest_target& target, const surroundings& around) {
  if (status url = check_repository_url(target.url, around); !url) return url;
  if (status branch = check_branch_name(target.branch); !branch) return branch;
  if (is_safe_path(target.path) && split(target.path, '/').front() != ".cicd") return {};
  return refused_path(
      "manifests cannot lie there", target.path,
      "a folder of their own below the repository's root, without '..', not in .git or .cicd");
}

inline status check_files(const wanted_manifests& wanted) {
  for (const auto& [name, content] : wanted.files)
    if (!is_safe_path(name))
      return refused_path("a manifest cannot have this name", name, "a path below its folder");
  return {};
}

/// A random part of what the failed attempt took, more with each attempt, so that several writers part
/// however fast the server is.
inline std::chrono::milliseconds pause_after(std::chrono::milliseconds taken, int attempt) {
  static thread_local std::mt19937 chance{std::random_device{}()};
  const auto longest = std::clamp<std::int64_t>(taken.count() * std::min(attempt, 8), 20, 5'000);
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(longest / 8, longest)(chance));
}

/// One target with what is needed to reach it.
struct manifest_session {
  const manifest_target& target;
  const gitops_options& options;
  git_client git;

  static result<manifest_session> begin(const manifest_target& target,
                                        const surroundings& around,
                                        const gitops_options& options) {
    if (status fine = check_target(target, around); !fine) return std::move(fine).error();
    auto git = git_client::find(around, options.cancelled, target.url);
    if (!git) return std::move(git).error();
    return manifest_session{target, options, std::move(*git)};
  }
  void say(const std::string& line) const {
    if (options.say) options.say(line);
  }
};

/// A repository on this machine that is gone, or has yet to be made.
inline status ensure_repository(const manifest_session& at) {
  const std::string path = local_path_of(at.target.url);
  if (path.empty() || exists(path)) return {};
  if (at.target.create) return create_repository(at.git, path, at.target.branch);
  return error{
      .kind = exit_class::remote,
      .subject = {},
      .what = "there is no manifest repository",
      .value = path,
      .notes = {{"try", "git init --bare " + shell_quoted(path) + ", or give REPOSITORY its right place"}}};
}

inline result<manifest_session> reached(const manifest_target& target,
                                        const surroundings& around,
                                        const gitops_options& options) {
  auto at = manifest_session::begin(target, around, options);
  if (!at) return at;
  if (status there = ensure_repository(*at); !there) return std::move(there).error();
  return at;
}

/// Where the branch is, empty when it does not exist. A server that fails is asked again a few times.
inline result<std::string> current_tip(const manifest_session& at) {
  if (const std::string path = local_path_of(at.target.url); !path.empty())
    if (auto tip = local_tip(path, at.target.branch)) return std::move(*tip);
  for (int failures = 1;; ++failures) {
    result<std::string> tip = listed_tip(at.target, at.git);
    if (tip || failures == failures_believed - 2 || tip.error().kind == exit_class::interrupted) return tip;
    if (!rest_unless_cancelled(at.options.cancelled, pause_after(std::chrono::milliseconds(50), failures)))
      return interrupted_commit(at.target);
  }
}

/// The command that brings back the last content of a file but the present one.
inline std::string file_repair(const manifest_target& target, const std::string& file, const char* what) {
  const std::string path = shell_quoted(file);
  return fmt::format(
      "git clone -b {} {} manifests && cd manifests && git checkout \"$(git log -2 --format=%H -- {} | tail "
      "-n 1)\" -- {} "
      "&& git commit -m 'restore {}' && git push",
      shell_quoted(target.branch), shell_quoted(shown_url(target.url)), path, path, what);
}
inline std::string record_repair(const manifest_target& target) {
  return file_repair(target, record_path(target), "the deployment record");
}

inline std::string place_of(const manifest_target& target, const std::string& file) {
  return file + " in " + shown_url(target.url);
}

inline result<environment_state> environment_state_in(const manifest_target& target,
                                                      const std::optional<std::string>& text) {
  if (!text) return environment_state{};
  auto state = environment_state_from(*text, place_of(target, state_path(target)));
  if (!state)
    return std::move(state).error().with(
        "try", file_repair(target, state_path(target), "the state of the environment"));
  return state;
}

inline result<manifest_state> state_from(const manifest_target& target,
                                         const std::string& tip,
                                         manifest_contents contents) {
  manifest_state now{.tip = tip, .files = std::move(contents.files), .record = {}};
  auto state = environment_state_in(target, contents.state);
  if (!state) return std::move(state).error();
  now.state = std::move(*state);
  if (!contents.record) return now;
  auto record = record_from(*contents.record, place_of(target, record_path(target)));
  if (!record) return std::move(record).error().with("try", record_repair(target));
  now.record = std::move(*record);
  return now;
}

// --- What was put back by hand ---

/// Of the last change of a record: whether it put back an earlier one. Ours only ever raise the generation.
inline std::optional<hand_revert> revert_in(const manifest_clone::path_change& last,
                                            const std::optional<deployment_record>& now) {
  if (!last.before) return std::nullopt;
  const auto before = record_from(*last.before, last.commit);
  if (!before || (now && now->generation >= before->generation)) return std::nullopt;
  return hand_revert{last.commit, last.who,
                     std::chrono::system_clock::time_point(std::chrono::seconds(last.when)), before->version};
}

/// A record that a person left while they put back the manifests of an earlier deployment.
inline result<std::optional<hand_revert>> files_put_back(const manifest_target& target,
                                                         manifest_clone& clone,
                                                         const manifest_state& now) {
  constexpr std::size_t most = 50;
  const digest there = digest_of_manifests(now.files);
  if (!now.record || now.record->manifests == there) return std::optional<hand_revert>{};
  const auto past = clone.past_records(now.tip, most);
  if (!past) return past.error();
  const bool was_deployed = std::ranges::any_of(*past, [&](const manifest_clone::past_record& each) {
    const auto record = record_from(each.text, each.commit);
    return record && record->manifests == there;
  });
  if (!was_deployed) return std::optional<hand_revert>{};
  const auto last = clone.last_changes(now.tip, {target.path});
  if (!last) return last.error();
  const auto& change = last->front();
  if (!change) return std::optional<hand_revert>{};
  return std::optional(hand_revert{change->commit, change->who,
                                   std::chrono::system_clock::time_point(std::chrono::seconds(change->when)),
                                   now.record->version});
}

/// A deployment that was put back by hand, and that no release has let deploys go on from.
inline result<std::optional<hand_revert>> unreleased_revert(const manifest_target& target,
                                                            manifest_clone& clone,
                                                            const manifest_state& now) {
  const bool is_there = now.record || now.files.empty();
  if (now.tip.empty() || !is_there) return std::optional<hand_revert>{};
  const auto last = clone.last_changes(now.tip, {record_path(target)});
  if (!last) return last.error();
  std::optional<hand_revert> revert;
  if (last->front()) revert = revert_in(*last->front(), now.record);
  if (!revert) {
    auto files = files_put_back(target, clone, now);
    if (!files) return files;
    revert = *std::move(files);
  }
  if (revert && revert->commit == now.state.revert_released) revert.reset();
  return revert;
}

/// The texts of the records, then those of the states.
struct summary_texts {
  std::vector<std::optional<std::string>> records, states;
  std::vector<std::optional<manifest_clone::path_change>> changes;  ///< of the records
};

/// What the records and states of the targets hold at the branch's tip, in their order. A server is not asked
/// first where the branch is: a fetch that brings nothing tells as much.
inline result<summary_texts> texts_of(const manifest_session& at, std::span<const manifest_target> targets) {
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

inline manifest_contents contents_of(const wanted_manifests& wanted) {
  manifest_contents contents{wanted.files, {}, {}};
  if (wanted.record) contents.record = pretty(json_of(*wanted.record));
  if (std::string state = file_text(wanted.state); !state.empty()) contents.state = std::move(state);
  return contents;
}

/// What is at a tip.
struct view {
  std::string tip;
  manifest_contents contents;
};

/// The contents at `tip`, or at a newer one when it had to be fetched; remembered for the next time.
inline result<view> view_at(const manifest_session& at, manifest_clone& clone, const std::string& tip) {
  if (tip.empty()) return view{};
  if (auto known = known_contents(at.target, tip)) return view{tip, std::move(*known)};
  auto newest = clone.bring(tip);
  if (!newest) return std::move(newest).error();
  auto contents = clone.contents_at(*newest);
  if (!contents) return std::move(contents).error();
  remember_contents(at.target, *newest, *contents);
  return view{std::move(*newest), std::move(*contents)};
}

/// The same in a clone of its own, which is closed again.
inline result<view> view_of_clone(const manifest_session& at, const std::string& tip) {
  auto clone = manifest_clone::open(at.target, at.git, at.options);
  if (!clone) return std::move(clone).error();
  return view_at(at, *clone, tip);
}

/// Committing, with what is remembered from one attempt to the next.
class writer {
 public:
  writer(const manifest_session& at, manifest_clone clone, const decide_manifests& decide)
      : at_(at), clone_(std::move(clone)), decide_(decide) {}

  result<std::optional<std::string>> write() {
    for (int attempt = 1;; ++attempt) {
      const auto began = system_clock_port().elapsed();
      auto tip = current_tip(at_);
      if (!tip) return std::move(tip).error();
      if (has_arrived(*tip)) return std::optional(offered_);
      auto ended = offer(*tip);
      if (!ended) return std::move(ended).error();
      if (*ended) return nothing_to_do_ ? std::optional<std::string>() : std::optional(offered_);
      if (attempt >= at_.options.attempts || unmoved_ >= failures_believed) return std::move(last_failure_);
      at_.say(
          fmt::format("the manifest repository did not take the commit, attempt {} follows", attempt + 1));
      if (!rest_unless_cancelled(at_.options.cancelled,
                                 pause_after(system_clock_port().elapsed() - began, attempt)))
        return interrupted_commit(at_.target);
    }
  }

 private:
  /// Whether the commit that was offered last is there in spite of the failure that was reported.
  bool has_arrived(const std::string& tip) {
    if (offered_.empty() || tip.empty()) return false;
    return tip == offered_ || (tip != offered_on_ && clone_.is_in_history(offered_, tip));
  }

  /// One attempt: true when it ended well, false when the repository did not take it.
  result<bool> offer(const std::string& tip) {
    auto seen = view_at(at_, clone_, tip);
    if (!seen) return std::move(seen).error();
    auto now = state_from(at_.target, seen->tip, seen->contents);
    if (!now) return std::move(now).error();
    now->reverted = [&] { return unreleased_revert(at_.target, clone_, *now); };
    auto wanted = decide_(*now);
    if (!wanted) return std::move(wanted).error();
    nothing_to_do_ = !wanted->has_value();
    if (nothing_to_do_) return true;
    if (status fine = check_files((*wanted)->wanted); !fine) return std::move(fine).error();
    return push(*seen, (*wanted)->wanted);
  }

  result<bool> push(const view& seen, const wanted_manifests& wanted) {
    const std::string& tip = seen.tip;
    auto commit = clone_.commit(tip, seen.contents, wanted);
    if (!commit) return std::move(commit).error();
    unmoved_ = tip == offered_on_ && !offered_.empty() ? unmoved_ + 1 : 1;
    offered_ = std::move(*commit);
    offered_on_ = tip;
    const captured pushed = clone_.push(offered_, tip);
    if (!pushed.end.good()) {
      last_failure_ =
          git_failure(at_.git, at_.target.url, "the manifest repository did not take the commit", pushed);
      if (unmoved_ == pushes_before_renewal) (void)clone_.discard();
      return false;
    }
    remember_contents(at_.target, offered_, contents_of(wanted));
    return true;
  }

  const manifest_session& at_;
  manifest_clone clone_;
  const decide_manifests& decide_;
  std::string offered_, offered_on_;  ///< the commit of the last attempt, and the tip that it stood on
  int unmoved_ = 0;                   ///< failed attempts in a row on the same tip
  bool nothing_to_do_ = false;
  error last_failure_;
};

}  // namespace deliver_gitops_gitops

manifest_target repository_target(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const std::string& embedded) {
  manifest_target target;
  target.url = place.repository ? place.repository.str() : embedded;
  target.create = !place.repository;
  const bool is_path = target.url.find(':') == std::string::npos;
  if (is_path && !target.url.starts_with('/'))
    target.url = normal_path(pipeline.source_directory + "/" + target.url);
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
  using namespace deliver_gitops_gitops;
  const auto at = reached(target, around, options);
  if (!at) return at.error();
  const auto tip = current_tip(*at);
  if (!tip) return tip.error();
  if (tip->empty()) return manifest_state{};
  auto contents = known_contents(target, *tip);
  auto seen = contents ? result<view>(view{*tip, std::move(*contents)}) : view_of_clone(*at, *tip);
  if (!seen) return std::move(seen).error();
  auto now = state_from(target, seen->tip, std::move(seen->contents));
  if (!now) return now;
  // It outlives this call, and starts git only when it is asked.
  now->reverted = [target, &around, options, now = *now]() -> result<std::optional<hand_revert>> {
    const auto again = reached(target, around, options);
    if (!again) return again.error();
    auto clone = manifest_clone::open(target, again->git, options);
    if (!clone) return std::move(clone).error();
    if (const auto brought = clone->bring(now.tip); !brought) return brought.error();
    return unreleased_revert(target, *clone, now);
  };
  return now;
}

std::vector<result<manifest_summary>> read_summaries(std::span<const manifest_target> targets,
                                                     const std::string& clone,
                                                     const surroundings& around,
                                                     const gitops_options& options) {
  using namespace deliver_gitops_gitops;
  std::vector<result<manifest_summary>> summaries;
  if (targets.empty()) return summaries;
  manifest_target of_all = targets.front();
  of_all.clone = clone;
  const auto at = reached(of_all, around, options);
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
  using namespace deliver_gitops_gitops;
  const auto at = reached(target, around, options);
  if (!at) return at.error();
  const auto turn = turn_to_push(target, options);
  if (!turn) return turn.error();
  auto clone = manifest_clone::open(target, at->git, options);
  if (!clone) return std::move(clone).error();
  return writer(*at, std::move(*clone), decide).write();
}

result<std::vector<past_manifests>> manifest_history(const manifest_target& target,
                                                     std::size_t most,
                                                     const surroundings& around,
                                                     const gitops_options& options) {
  using namespace deliver_gitops_gitops;
  const auto at = reached(target, around, options);
  if (!at) return at.error();
  const auto tip = current_tip(*at);
  if (!tip) return tip.error();
  if (tip->empty()) return std::vector<past_manifests>{};
  auto clone = manifest_clone::open(target, at->git, options);
  if (!clone) return std::move(clone).error();
  const auto newest = clone->bring(*tip);
  if (!newest) return newest.error();
  const auto past = clone->past_records(*newest, most);
  if (!past) return past.error();
  std::vector<past_manifests> all;
  for (const auto& [commit, text] : *past) {
    auto record = record_from(text, record_path(target) + " at " + commit.substr(0, 12));
    if (record)
      all.push_back({commit, std::move(*record)});
    else if (commit == past->front().commit)
      return std::move(record).error().with("try", record_repair(target));
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
  const auto at = reached(target, around, options);
  if (!at) return at.error();
  auto clone = manifest_clone::open(target, at->git, options);
  if (!clone) return std::move(clone).error();
  auto contents = clone->contents_at(commit);
  if (!contents) return std::move(contents).error();
  if (digest_of_manifests(contents->files) == record.manifests) return std::move(contents->files);
  return error{.kind = exit_class::conflict,
               .subject = {},
               .what = "the manifests of that deployment were changed in its own commit",
               .value = commit.substr(0, 12),
               .notes = {{"try", "another --to, or deploy its commit again"}}};
}

}  // namespace cicd
