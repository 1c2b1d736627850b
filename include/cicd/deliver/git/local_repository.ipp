// Refs read from files: loose first, then packed, since git writes the packed file before it removes a loose
// one.
#pragma once

#include <unistd.h>

#include <atomic>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

namespace cicd {
namespace deliver_git_local_repository {

inline bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && text.find_first_not_of("0123456789abcdef") == text.npos;
}

/// The folder that holds refs and objects; empty where only git knows.
inline std::string git_folder(const std::string& path) {
  for (const std::string& folder : {path, path + "/.git"})
    if (exists(folder + "/HEAD") && is_folder(folder + "/objects") && is_folder(folder + "/refs"))
      return exists(folder + "/reftable") || exists(folder + "/commondir") ? std::string() : folder;
  return {};
}

inline std::string packed_tip(std::string_view packed, const std::string& ref) {
  for (std::size_t at = packed.find(ref); at != packed.npos; at = packed.find(ref, at + 1)) {
    const std::size_t end = at + ref.size();
    const bool whole = end == packed.size() || packed[end] == '\n';
    const std::size_t line = packed.rfind('\n', at) + 1;
    if (whole && at > line && packed[at - 1] == ' ' && is_commit(packed.substr(line, at - 1 - line)))
      return std::string(packed.substr(line, at - 1 - line));
  }
  return {};
}

}  // namespace deliver_git_local_repository

std::string local_path_of(const std::string& url) {
  if (url.starts_with('/')) return url;
  if (url.starts_with("file:///") && url.find('%') == url.npos) return url.substr(7);
  return {};
}

std::string repository_key(const std::string& url) {
  const std::string given = local_path_of(url);
  if (given.empty()) return url;
  std::string path = normal_path(given);
  if (const std::string folder = deliver_git_local_repository::git_folder(path); !folder.empty())
    path = folder;
  return real_path(path).value_or(path);
}

std::optional<std::string> local_tip(const std::string& path, const std::string& branch) {
  const std::string folder = deliver_git_local_repository::git_folder(path);
  if (folder.empty()) return {};
  const std::string ref = "refs/heads/" + branch;
  if (!is_folder(folder + '/' + ref)) {
    const auto loose = read_file_if_there(folder + '/' + ref);
    if (!loose) return {};
    if (*loose) {
      std::string tip(trimmed(**loose));
      return deliver_git_local_repository::is_commit(tip) ? std::optional(std::move(tip)) : std::nullopt;
    }
  }
  const auto packed = read_file_if_there(folder + "/packed-refs");
  if (!packed) return {};
  return *packed ? deliver_git_local_repository::packed_tip(**packed, ref) : std::string();
}

std::string bare_config(bool is_sha256) {
  return fmt::format(
      "[core]\n\trepositoryformatversion = {}\n\tfilemode = true\n\tbare = true\n\tfsync = all\n{}",
      is_sha256 ? 1 : 0, is_sha256 ? "[extensions]\n\tobjectformat = sha256\n" : "");
}

status create_repository(const git_client& git, const std::string& path, const std::string& branch) {
  static std::atomic<unsigned> made_before{0};
  if (exists(path + "/HEAD") || exists(path + "/.git")) return {};
  const std::string now = utc_text_with_milliseconds(system_clock_port().now());
  const std::string made =
      path + ".new-" + hex(sha256(fmt::format("{} {} {}", now, ::getpid(), ++made_before))).substr(0, 12);
  if (auto folder = make_folder(made.substr(0, made.rfind('/'))); !folder) return folder;
  const captured init = git.run({}, {"init", "--quiet", "--bare", "--template=", "--initial-branch=" + branch,
                                     "--end-of-options", made});
  const captured safe = init.end.good() ? git.run(made, {"config", "core.fsync", "all"}) : init;
  if (!safe.end.good()) {
    (void)remove_tree(made);
    error failure = git_failure(git, path, "the manifest repository cannot be made", safe);
    failure.kind = failure.kind == exit_class::remote ? exit_class::cannot_save : failure.kind;
    return failure;
  }
  if (status renamed = rename_over(made, path); !renamed) {
    (void)remove_tree(made);
    if (!exists(path + "/HEAD")) return renamed;
  }
  return {};
}

}  // namespace cicd
