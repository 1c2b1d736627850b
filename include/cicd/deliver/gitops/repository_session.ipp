// Reaching a manifest repository and reading what its files say. See repository_session.hpp.
#pragma once

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/deliver/gitops/repository_session.hpp>
#include <cicd/deliver/records/untrusted.hpp>
#include <cicd/system/files.hpp>

namespace cicd {
namespace deliver_gitops_repository_session {

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

/// A repository on this machine that is gone, or has yet to be made.
inline status ensure_repository(const repository_session& at) {
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

/// The command that brings back the last content of a file but the present one.
inline std::string file_repair(const manifest_target& target, const std::string& file, const char* what) {
  const std::string path = shell_quoted(file);
  return fmt::format(
      "clone=$(mktemp -d) && git clone -b {} {} \"$clone\" && cd \"$clone\" && git checkout \"$(git log -2 "
      "--format=%H -- {} | tail -n 1)\" -- {} && git commit -m 'restore {}' && git push",
      shell_quoted(target.branch), shell_quoted(shown_url(target.url)), path, path, what);
}
inline std::string place_of(const manifest_target& target, const std::string& file) {
  return file + " in " + shown_url(target.url);
}

inline result<environment_state> environment_state_in(const manifest_target& target,
                                                      const std::optional<std::string>& text) {
  if (!text) return environment_state{};
  auto state = environment_state_from(*text, place_of(target, state_path(target)));
  if (!state)
    return with_repair(std::move(state).error(),
                       file_repair(target, state_path(target), "the state of the environment"));
  return state;
}

/// Whether what is there now is what that deployment left, whatever others changed beside its values.
inline bool is_left_by(const deployment_record& of,
                       const manifest_target& target,
                       const manifest_state& now) {
  if (of.manifests == digest_of_manifests(now.files)) return true;
  if (!target.values_for) return false;
  const auto files = target.values_for(of, now);
  return files && *files == now.files;
}

/// A record that a person left while they put back the manifests of an earlier deployment.
inline result<std::optional<hand_revert>> files_put_back(const manifest_target& target,
                                                         manifest_clone& clone,
                                                         const manifest_state& now) {
  constexpr std::size_t most = 50;
  if (!now.record || is_left_by(*now.record, target, now)) return std::optional<hand_revert>{};
  const auto past = clone.past_records(now.tip, record_path(target), most);
  if (!past) return past.error();
  const bool was_deployed = std::ranges::any_of(*past, [&](const manifest_clone::past_record& each) {
    const auto record = record_from(each.text, each.commit);
    return record && is_left_by(*record, target, now);
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

}  // namespace deliver_gitops_repository_session

status check_files(const wanted_manifests& wanted) {
  for (const auto& [name, content] : wanted.files)
    if (!deliver_gitops_repository_session::is_safe_path(name))
      return deliver_gitops_repository_session::refused_path("a manifest cannot have this name", name,
                                                             "a path below its folder");
  return {};
}

std::chrono::milliseconds pause_after(std::chrono::milliseconds taken, int attempt) {
  static thread_local std::mt19937 chance{std::random_device{}()};
  const auto longest = std::clamp<std::int64_t>(taken.count() * std::min(attempt, 8), 20, 5'000);
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(longest / 8, longest)(chance));
}

result<repository_session> reached_repository(const manifest_target& target,
                                              const surroundings& around,
                                              const gitops_options& options) {
  if (status fine = deliver_gitops_repository_session::check_target(target, around); !fine)
    return std::move(fine).error();
  auto git = git_client::find(around, options.cancelled, target.url);
  if (!git) return std::move(git).error();
  repository_session at{target, options, std::move(*git)};
  if (status there = deliver_gitops_repository_session::ensure_repository(at); !there)
    return std::move(there).error();
  return at;
}

std::optional<std::string> tip_without_git(const manifest_target& target) {
  const std::string path = local_path_of(target.url);
  return path.empty() ? std::nullopt : local_tip(path, target.branch);
}

result<std::string> current_tip(const repository_session& at) {
  if (auto tip = tip_without_git(at.target)) return *std::move(tip);
  for (int failures = 1;; ++failures) {
    result<std::string> tip = listed_tip(at.target, at.git);
    if (tip || failures == failures_believed - 2 || tip.error().kind == exit_class::interrupted) return tip;
    if (!rest_unless_cancelled(at.options.cancelled, pause_after(std::chrono::milliseconds(50), failures)))
      return interrupted_commit(at.target);
  }
}

std::string record_repair(const manifest_target& target) {
  return deliver_gitops_repository_session::file_repair(target, record_path(target), "the deployment record");
}

result<manifest_state> state_from(const manifest_target& target,
                                  const std::string& tip,
                                  manifest_contents contents) {
  using namespace deliver_gitops_repository_session;
  manifest_state now{.tip = tip, .files = std::move(contents.files), .record = {}};
  now.modes = std::move(contents.modes);
  auto state = environment_state_in(target, contents.state);
  if (!state) return std::move(state).error();
  now.state = std::move(*state);
  if (!contents.record) return now;
  auto record = record_from(*contents.record, place_of(target, record_path(target)));
  if (!record) return with_repair(std::move(record).error(), record_repair(target));
  now.record = std::move(*record);
  return now;
}

manifest_contents contents_of(const wanted_manifests& wanted) {
  manifest_contents contents{.files = wanted.files, .record = {}};
  if (wanted.record) contents.record = pretty(json_of(*wanted.record));
  if (std::string state = file_text(wanted.state); !state.empty()) contents.state = std::move(state);
  return contents;
}

std::optional<hand_revert> revert_in(const manifest_clone::path_change& last,
                                     const std::optional<deployment_record>& now) {
  if (!last.before) return std::nullopt;
  const auto before = record_from(*last.before, last.commit);
  if (!before || (now && now->generation >= before->generation)) return std::nullopt;
  return hand_revert{last.commit, last.who,
                     std::chrono::system_clock::time_point(std::chrono::seconds(last.when)), before->version};
}

result<std::optional<hand_revert>> unreleased_revert(const manifest_target& target,
                                                     manifest_clone& clone,
                                                     const manifest_state& now,
                                                     const std::optional<manifest_clone::path_change>& last) {
  const bool is_there = now.record || now.files.empty();
  if (now.tip.empty() || !is_there) return std::optional<hand_revert>{};
  std::optional<hand_revert> revert;
  if (last) revert = revert_in(*last, now.record);
  if (!revert) {
    auto files = deliver_gitops_repository_session::files_put_back(target, clone, now);
    if (!files) return files;
    revert = *std::move(files);
  }
  if (revert && revert->commit == now.state.revert_released) revert.reset();
  return revert;
}

}  // namespace cicd
