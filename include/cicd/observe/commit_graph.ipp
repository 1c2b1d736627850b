// One `git log` with the names of files; who reaches whom is found here.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/commit_graph.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace observe_commit_graph {
namespace {

/// Before each commit and between its fields: no name of a file or tag begins a record by accident, since a
/// commit's 40 digits have to follow.
constexpr char begin = '\x01', field = '\x02';
constexpr std::size_t digits = 40;

/// A clone that fetches what it lacks when it is asked for: each folder of each commit by a request of its
/// own.
bool lacks_trees(const observing::git_layout& of) {
  const auto text = read_file_if_there(of.common + "/config");
  return text && *text && lower(**text).find("partialclonefilter = tree:") != std::string::npos;
}

std::string input_of(const commit_graph::request& what) {
  std::string input;
  for (const std::string& each : what.tips) input += each + "\n";
  return input;
}

std::vector<std::string> words_of(const commit_graph::request& what) {
  std::vector<std::string> words{"log",
                                 "-z",
                                 "--ignore-missing",  // before --stdin, which is read at once
                                 "--stdin",
                                 "--no-show-signature",
                                 "--no-renames",
                                 "--name-only",
                                 "--decorate-refs=refs/tags",
                                 "--format=%x01%H%x02%P%x02%D%x00",
                                 fmt::format("--max-count={}", what.most)};
  if (what.since)
    words.push_back(fmt::format(
        "--since=@{}",
        std::chrono::duration_cast<std::chrono::seconds>(what.since->time_since_epoch()).count()));
  if (what.with_tags) words.emplace_back("--tags");
  return words;
}

std::vector<std::string> names_in(std::string_view decoration) {
  constexpr std::string_view mark = "tag: ";
  std::vector<std::string> names;
  for (const std::string& part : split(std::string(decoration), ','))
    if (const std::string_view name = trimmed(part); name.starts_with(mark))
      names.emplace_back(name.substr(mark.size()));
  return names;
}

bool is_below(std::string_view file, std::string_view folder) {
  return folder.empty()
         || (file.starts_with(folder) && (file.size() == folder.size() || file[folder.size()] == '/'));
}

}  // namespace
}  // namespace observe_commit_graph

result<commit_graph> commit_graph::read(const std::string& top,
                                        const request& what,
                                        const surroundings& around) {
  using namespace observe_commit_graph;
  const auto layout = observing::git_layout_of(top);
  if (!layout) return error{exit_class::usage, {}, "no git repository", top, {}};
  if (lacks_trees(*layout))
    return error{exit_class::usage,
                 {},
                 "this clone has no trees, so that commits of a folder cannot be counted",
                 top,
                 {{"try", "git -C " + shell_quoted(top) + " fetch --refetch --filter=blob:none"}}};
  const captured answer = observing::ask_git(top, words_of(what), around, input_of(what));
  if (!answer.end.good()) return observing::git_failure(top, answer);
  commit_graph graph;
  if (const auto ends = read_file_if_there(layout->common + "/shallow"); ends && *ends)
    for (const std::string& each : split(**ends, '\n'))
      if (!trimmed(each).empty()) graph.ends_.emplace(trimmed(each));
  commit* last = nullptr;
  for (const std::string_view part : observing::nul_separated(answer.out)) {
    const std::string_view text = trimmed(part);
    if (text.starts_with(begin)) {
      const std::vector<std::string> fields = split(std::string(text.substr(1)), field);
      if (fields.size() == 3 && fields.front().size() == digits) {
        last = &graph.commits_[fields.front()];
        if (!fields[1].empty()) last->parents = split(fields[1], ' ');
        for (std::string& name : names_in(fields[2]))
          graph.tags_.push_back({std::move(name), fields.front()});
        continue;
      }
    }
    if (last != nullptr && !text.empty()) last->files.emplace_back(part.substr(part.find_first_not_of('\n')));
  }
  return graph;
}

std::set<std::string, std::less<>> commit_graph::reached_from(const std::string& commit) const {
  std::set<std::string, std::less<>> reached;
  std::vector<std::string> open{commit};
  while (!open.empty()) {
    const std::string next = std::move(open.back());
    open.pop_back();
    const auto found = commits_.find(next);
    if (found == commits_.end() || !reached.insert(next).second) continue;
    open.insert(open.end(), found->second.parents.begin(), found->second.parents.end());
  }
  return reached;
}

std::string commit_graph::why_unknown(const std::string& commit) const {
  if (!ends_.empty()) return "a shallow clone: git fetch --unshallow";
  return commits_.contains(commit) ? "the commits are too far apart"
                                   : "commit " + commit.substr(0, 7) + " is not here: git fetch --tags";
}

commit_distance commit_graph::distance(const std::string& commit,
                                       const std::string& newer,
                                       std::string_view below) const {
  commit_distance found;
  if (commit == newer) return {.behind = 0};
  for (const std::string& each : {newer, commit})
    if (!commits_.contains(each)) return {.why = why_unknown(each)};
  const auto own = reached_from(commit), others = reached_from(newer);
  // Nothing where a way out of the commits that were read begins: what lies behind it may be in both.
  const auto count = [&](const auto& of, const auto& less) -> std::optional<std::size_t> {
    std::size_t number = 0;
    for (const std::string& id : of) {
      if (less.contains(id)) continue;
      const auto& at = commits_.find(id)->second;
      if (ends_.contains(id)) return std::nullopt;
      if (!std::ranges::all_of(at.parents, [&](const auto& each) { return commits_.contains(each); }))
        return std::nullopt;
      if (std::ranges::any_of(at.files,
                              [&](const auto& file) { return observe_commit_graph::is_below(file, below); }))
        ++number;
    }
    return number;
  };
  const std::optional<std::size_t> behind = count(others, own), ahead = count(own, others);
  if (!behind || !ahead) return {.why = why_unknown(commit)};
  return {.behind = behind, .ahead = *ahead};
}

}  // namespace cicd
