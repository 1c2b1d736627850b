// The commits of a history.
#pragma once

#include <charconv>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/observe/git_program.hpp>

namespace cicd {

namespace observe_git_commits {
namespace {

constexpr std::string_view tag_mark = "tag: ";

/// `tag: v1.0.0, tag: rc-4`
std::vector<std::string> tags_of(std::string_view decoration) {
  std::vector<std::string> tags;
  for (const std::string& part : split(std::string(decoration), ','))
    if (const std::string_view name = trimmed(part); name.starts_with(tag_mark))
      tags.emplace_back(name.substr(tag_mark.size()));
  return tags;
}

std::chrono::system_clock::time_point moment_from(std::string_view seconds) {
  std::int64_t value = 0;
  std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
  return std::chrono::system_clock::time_point(std::chrono::seconds(value));
}

constexpr const char* format = "--format=%H%x00%ct%x00%D%x00%s";

std::vector<past_commit> commits_in(std::string_view printed) {
  std::vector<past_commit> all;
  const auto parts = observing::nul_separated(printed);
  for (std::size_t at = 0; at + 3 < parts.size(); at += 4)
    all.push_back({std::string(parts[at]), moment_from(parts[at + 1]), tags_of(parts[at + 2]),
                   std::string(parts[at + 3])});
  return all;
}

}  // namespace
}  // namespace observe_git_commits

std::vector<past_commit> first_parents(const std::string& folder,
                                       const std::string& commit,
                                       std::size_t most,
                                       const surroundings& around) {
  using namespace observe_git_commits;
  const captured answer =
      observing::ask_git(folder,
                         {"log", "--first-parent", "-z", "--no-show-signature", "--decorate-refs=refs/tags",
                          format, fmt::format("--max-count={}", most), commit, "--"},
                         around);
  if (!answer.end.good()) return {};
  return commits_in(answer.out);
}

std::optional<std::vector<past_commit>> commits_between(const std::string& folder,
                                                        const std::string& from,
                                                        const std::string& to,
                                                        const surroundings& around) {
  using namespace observe_git_commits;
  if (!is_ancestor(folder, from, to, around)) return std::nullopt;
  const captured answer = observing::ask_git(
      folder,
      {"log", "-z", "--no-show-signature", "--decorate-refs=refs/tags", format, from + ".." + to, "--", "."},
      around);
  if (!answer.end.good()) return std::nullopt;
  return commits_in(answer.out);
}

std::optional<std::string> commit_named(const std::string& folder,
                                        const std::string& word,
                                        const surroundings& around) {
  if (word.empty() || word.starts_with('-')) return std::nullopt;
  const captured answer =
      observing::ask_git(folder, {"rev-parse", "--verify", "--quiet", word + "^{commit}"}, around);
  if (!answer.end.good()) return std::nullopt;
  return std::string(trimmed(answer.out));
}

std::string author_of(const std::string& folder, const std::string& commit, const surroundings& around) {
  if (commit.empty() || commit.starts_with('-')) return {};
  // Not by .mailmap, which the commit itself may change.
  const captured answer = observing::ask_git(
      folder, {"show", "--no-patch", "--no-show-signature", "--format=%an <%ae>", commit, "--"}, around);
  return answer.end.good() ? std::string(trimmed(answer.out)) : std::string();
}

}  // namespace cicd
