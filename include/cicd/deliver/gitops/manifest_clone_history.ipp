// What the private clone tells of the past. See manifest_clone.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/git_text.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>

namespace cicd {

namespace deliver_gitops_manifest_clone_history {
namespace {

constexpr std::size_t most_commits = 1000, many_paths = 50;

/// The folder that has all of the paths; empty where that is the top. git compares each path of a commit with
/// each that it is asked for, and is quicker with the one folder of many.
std::string folder_of_all(const std::vector<std::string>& paths) {
  std::string folder = paths.front().substr(0, paths.front().rfind('/') + 1);
  for (const std::string& each : paths)
    while (!each.starts_with(folder))
      folder = folder.size() < 2 ? std::string() : folder.substr(0, folder.rfind('/', folder.size() - 2) + 1);
  return folder.empty() ? folder : folder.substr(0, folder.size() - 1);
}

bool is_of(const git_path_change& change, const std::string& path) {
  return change.path == path || change.path.starts_with(path + '/');
}

/// Whether a change of one of the paths may lie before what was listed, since others took its place.
bool is_cut(const std::vector<git_path_change>& all, const std::vector<std::string>& paths) {
  std::size_t commits = 0;
  for (std::size_t at = 0; at < all.size(); ++at) commits += at == 0 || all[at].commit != all[at - 1].commit;
  return commits >= most_commits && !std::ranges::all_of(paths, [&](const std::string& path) {
           return std::ranges::any_of(all, [&](const git_path_change& each) { return is_of(each, path); });
         });
}

}  // namespace
}  // namespace deliver_gitops_manifest_clone_history

/// 1 is git's own "no"; anything else says that the clone cannot tell.
bool manifest_clone::is_in_history(const std::string& older, const std::string& newer) {
  const std::vector<std::string> words{"merge-base", "--is-ancestor", older, newer};
  if (run({"cat-file", "-e", newer + "^{commit}"}).end.good() || fetch(newer)) {
    const captured asked = run(words);
    if (asked.end.good() || asked.end.shell_status() == 1) return asked.end.good();
  }
  return fetch_anew(newer) && run(words).end.good();
}

result<std::vector<std::string>> manifest_clone::records_below(const std::string& tip,
                                                               const std::string& path) {
  constexpr std::string_view ending = ".json";
  const std::string folder = ".cicd/records/" + path + "/";
  const auto listed = run_at(tip, {"ls-tree", "-z", "--full-tree", tip, "--", folder});
  if (!listed) return listed.error();
  std::vector<std::string> names;
  for (const git_entry& each : git_entries_from(listed->out))
    if (each.is_file() && each.path.starts_with(folder) && each.path.ends_with(ending))
      names.push_back(each.path.substr(folder.size(), each.path.size() - folder.size() - ending.size()));
  return names;
}

result<std::vector<std::optional<manifest_clone::path_change>>> manifest_clone::last_changes(
    const std::string& tip, const std::vector<std::string>& paths) {
  result<seen_paths> seen = look_at(tip, {}, paths);
  if (!seen) return std::move(seen).error();
  return std::move(seen->changes);
}

result<manifest_clone::seen_paths> manifest_clone::look_at(const std::string& tip,
                                                           const std::vector<std::string>& files,
                                                           const std::vector<std::string>& changed) {
  using namespace deliver_gitops_manifest_clone_history;
  const auto log_of = [&](const std::vector<std::string>& paths) -> result<std::vector<git_path_change>> {
    std::vector<std::string> words{"log",
                                   "-z",
                                   "--first-parent",
                                   "-m",
                                   "--raw",
                                   "--no-abbrev",
                                   "--no-renames",
                                   "--format=%x01%H%x02%an <%ae>%x02%at",
                                   fmt::format("--max-count={}", changed.size() == 1 ? 1 : most_commits),
                                   tip,
                                   "--"};
    words.insert(words.end(), paths.begin(), paths.end());
    const auto printed = run_at(tip, words);
    if (!printed) return printed.error();
    return git_changes_from(printed->out);
  };
  const std::string folder = changed.size() > many_paths ? folder_of_all(changed) : std::string();
  auto log = log_of(folder.empty() ? changed : std::vector<std::string>{folder});
  if (log && !folder.empty() && is_cut(*log, changed)) log = log_of(changed);
  if (!log) return log.error();
  const std::vector<git_path_change>& all = *log;
  seen_paths seen;
  std::string asked;
  for (const std::string& file : files) asked += tip + ':' + file + '\n';
  std::vector<std::size_t> with_text;
  for (const std::string& path : changed) {
    const auto last =
        std::ranges::find_if(all, [&](const git_path_change& each) { return is_of(each, path); });
    seen.changes.emplace_back();
    if (last == all.end()) continue;
    seen.changes.back() = path_change{last->commit, last->who, last->when, {}};
    if (last->before.empty() || last->path != path) continue;
    asked += last->before + '\n';
    with_text.push_back(seen.changes.size() - 1);
  }
  if (asked.empty()) return seen;
  auto texts = texts_of(tip, asked, files.size() + with_text.size());
  if (!texts) return std::move(texts).error();
  for (std::size_t at = 0; at < with_text.size(); ++at)
    seen.changes[with_text[at]]->before = std::move((*texts)[files.size() + at]);
  texts->resize(files.size());
  seen.texts = *std::move(texts);
  return seen;
}

/// Of so many names of blobs, a line each; in a new clone where this one has not all of them.
result<std::vector<std::optional<std::string>>> manifest_clone::texts_of(const std::string& tip,
                                                                         const std::string& asked,
                                                                         std::size_t count) {
  captured printed = run({"cat-file", "--batch"}, asked);
  const auto is_whole = [&] { return printed.end.good() && git_blobs_from(printed.out).size() == count; };
  if (is_whole()) return git_blobs_from(printed.out);
  if (status fetched = fetch_anew(tip); !fetched) return std::move(fetched).error();
  printed = run({"cat-file", "--batch"}, asked);
  if (is_whole()) return git_blobs_from(printed.out);
  return git_failure(*git_, target_->clone, "the private clone cannot be read", printed);
}

result<std::vector<manifest_clone::past_record>> manifest_clone::past_records(const std::string& tip,
                                                                              const std::string& record,
                                                                              std::size_t most) {
  auto listed = run_at(
      tip, {"log", "--format=%H", "--first-parent", fmt::format("--max-count={}", most), tip, "--", record});
  if (!listed) return std::move(listed).error();
  const std::vector<std::string> commits = split(trimmed(listed->out), '\n');
  std::string asked;
  for (const std::string& commit : commits) asked += commit + ':' + record + '\n';
  const auto is_whole = [&](const captured& read) {
    return read.end.good() && git_blobs_from(read.out).size() == commits.size();
  };
  // A record that was removed is as missing as one that cannot be read: a new clone tells them apart.
  const auto lacks_one = [](const captured& read) {
    return std::ranges::any_of(git_blobs_from(read.out), [](const auto& blob) { return !blob.has_value(); });
  };
  captured read = run({"cat-file", "--batch"}, asked);
  if ((!is_whole(read) || lacks_one(read)) && fetch_anew(tip)) read = run({"cat-file", "--batch"}, asked);
  if (!is_whole(read)) return git_failure(*git_, target_->clone, "the private clone cannot be read", read);
  std::vector<std::optional<std::string>> blobs = git_blobs_from(read.out);
  std::vector<past_record> past;
  for (std::size_t i = 0; i < commits.size(); ++i)
    if (blobs[i]) past.push_back({commits[i], std::move(*blobs[i])});
  return past;
}

}  // namespace cicd
