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

/// The command that brings back the last record but the present one.
inline std::string record_repair(const manifest_target& target) {
  const std::string path = shell_quoted(record_path(target));
  return fmt::format(
      "git clone -b {} {} manifests && cd manifests && git checkout \"$(git log -2 --format=%H -- {} | tail "
      "-n 1)\" -- {} "
      "&& git commit -m 'restore the deployment record' && git push",
      shell_quoted(target.branch), shell_quoted(shown_url(target.url)), path, path);
}

inline result<manifest_state> state_from(const manifest_target& target,
                                         const std::string& tip,
                                         manifest_contents contents) {
  manifest_state state{.tip = tip, .files = std::move(contents.files), .record = {}};
  if (!contents.record) return state;
  auto record = record_from(*contents.record, record_path(target) + " in " + shown_url(target.url));
  if (!record) return std::move(record).error().with("try", record_repair(target));
  state.record = std::move(*record);
  return state;
}

inline result<std::optional<deployment_record>> record_in(const manifest_target& target,
                                                          std::optional<std::string> text) {
  auto state = state_from(target, {}, {{}, std::move(text)});
  if (!state) return std::move(state).error();
  return std::move(state->record);
}

/// What the records of the targets hold at the branch's tip, in their order. A clone that is not there is
/// made without asking first where the branch is.
inline result<std::vector<std::optional<std::string>>> record_texts(
    const manifest_session& at, std::span<const manifest_target> targets) {
  std::vector<std::string> paths;
  for (const manifest_target& each : targets) paths.push_back(record_path(each));
  auto clone = manifest_clone::open(at.target, at.git, at.options);
  if (!clone) return std::move(clone).error();
  if (auto texts = clone->texts_of_new(paths)) return std::move(*texts);
  const auto tip = current_tip(at);
  if (!tip) return tip.error();
  if (tip->empty()) return std::vector<std::optional<std::string>>(paths.size());
  const auto newest = clone->bring(*tip);
  if (!newest) return newest.error();
  return clone->texts_at(*newest, paths);
}

inline manifest_contents contents_of(const wanted_manifests& wanted) {
  return {wanted.files, pretty(json_of(wanted.record))};
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

result<manifest_state> read_manifests(const manifest_target& target,
                                      const surroundings& around,
                                      const gitops_options& options) {
  using namespace deliver_gitops_gitops;
  const auto at = reached(target, around, options);
  if (!at) return at.error();
  const auto tip = current_tip(*at);
  if (!tip) return tip.error();
  if (tip->empty()) return manifest_state{};
  if (auto known = known_contents(target, *tip)) return state_from(target, *tip, std::move(*known));
  auto clone = manifest_clone::open(target, at->git, options);
  if (!clone) return std::move(clone).error();
  auto seen = view_at(*at, *clone, *tip);
  if (!seen) return std::move(seen).error();
  return state_from(target, seen->tip, std::move(seen->contents));
}

std::vector<result<std::optional<deployment_record>>> read_records(std::span<const manifest_target> targets,
                                                                   const std::string& clone,
                                                                   const surroundings& around,
                                                                   const gitops_options& options) {
  using namespace deliver_gitops_gitops;
  using read_record = result<std::optional<deployment_record>>;
  std::vector<read_record> records;
  if (targets.empty()) return records;
  manifest_target of_all = targets.front();
  of_all.clone = clone;
  const auto at = reached(of_all, around, options);
  auto texts = at ? record_texts(*at, targets) : result<std::vector<std::optional<std::string>>>(at.error());
  for (std::size_t each = 0; each < targets.size(); ++each)
    records.push_back(texts ? record_in(targets[each], std::move((*texts)[each]))
                            : read_record(texts.error()));
  return records;
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

result<std::vector<deployment_record>> manifest_history(const manifest_target& target,
                                                        std::size_t most,
                                                        const surroundings& around,
                                                        const gitops_options& options) {
  using namespace deliver_gitops_gitops;
  const auto at = reached(target, around, options);
  if (!at) return at.error();
  const auto tip = current_tip(*at);
  if (!tip) return tip.error();
  if (tip->empty()) return std::vector<deployment_record>{};
  auto clone = manifest_clone::open(target, at->git, options);
  if (!clone) return std::move(clone).error();
  const auto newest = clone->bring(*tip);
  if (!newest) return newest.error();
  const auto past = clone->past_records(*newest, most);
  if (!past) return past.error();
  std::vector<deployment_record> records;
  for (const auto& [commit, text] : *past) {
    auto record = record_from(text, record_path(target) + " at " + commit.substr(0, 12));
    if (record)
      records.push_back(std::move(*record));
    else if (commit == past->front().commit)
      return std::move(record).error().with("try", record_repair(target));
    else
      at->say("left out: " + record.error().what + ": " + *record.error().value);
  }
  return records;
}

}  // namespace cicd
