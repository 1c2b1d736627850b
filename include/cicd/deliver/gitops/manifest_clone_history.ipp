// What the private clone tells of the past. See manifest_clone.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/git_text.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>

namespace cicd {

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
  std::vector<std::string> words{"log",
                                 "-z",
                                 "--first-parent",
                                 "-m",
                                 "--raw",
                                 "--no-abbrev",
                                 "--no-renames",
                                 "--format=%x01%H%x02%an <%ae>%x02%at",
                                 changed.size() == 1 ? "--max-count=1" : "--max-count=1000",
                                 tip,
                                 "--"};
  words.insert(words.end(), changed.begin(), changed.end());
  const auto printed = run_at(tip, words);
  if (!printed) return printed.error();
  const std::vector<git_path_change> all = git_changes_from(printed->out);
  seen_paths seen;
  std::string asked;
  for (const std::string& file : files) asked += tip + ':' + file + '\n';
  std::vector<std::size_t> with_text;
  for (const std::string& path : changed) {
    const auto last = std::ranges::find_if(all, [&](const git_path_change& each) {
      return each.path == path || each.path.starts_with(path + '/');
    });
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
