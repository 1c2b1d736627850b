// The index of the made `.git` is that of the commit. Its entries are marked as left out of the work tree, so
// that a folder which holds some of the files counts as unchanged; those that are changed are not marked, and
// so are missing or differ.
#pragma once

#include <cicd/observe/git_history.hpp>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace observe_git_history {
namespace {

using observing::ask_git;
using observing::git_failure;
using observing::nul_separated;

/// Lines of packed-refs for the tags in the commit's history, sorted by git.
result<std::string> tags_of_history(const std::string& folder, const surroundings& around) {
  const captured answer = ask_git(
      folder,
      {"for-each-ref", "--merged=HEAD", "--format=%(objectname) %(refname)%00%(*objectname)%00", "refs/tags"},
      around);
  if (!answer.end.good()) return git_failure(folder, answer);
  std::string lines;
  const auto parts = nul_separated(answer.out);
  for (std::size_t at = 0; at + 1 < parts.size(); at += 2) {
    lines.append(trimmed(parts[at])).append("\n");
    if (!parts[at + 1].empty()) lines.append("^").append(parts[at + 1]).append("\n");
  }
  return lines;
}

std::string without_login(std::string url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return url;
  const auto end = url.find('/', scheme + 3), at = url.rfind('@', end);
  return at == url.npos || at < scheme ? url : url.erase(scheme + 3, at - scheme - 2);
}

result<std::vector<std::string>> changed_in(const std::string& top, const surroundings& around) {
  const captured answer =
      ask_git(top, {"diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", "HEAD"}, around);
  if (!answer.end.good()) return git_failure(top, answer);
  std::vector<std::string> paths;
  for (const std::string_view path : nul_separated(answer.out)) paths.emplace_back(path);
  return paths;
}

std::string configuration_of(const git_history& of) {
  std::string text = of.commit.size() == 64
                         ? "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n"
                         : "[core]\n\trepositoryformatversion = 0\n";
  text += "[core]\n\tbare = false\n\tlogallrefupdates = false\n";
  if (!of.remote.empty())
    text += "[remote \"origin\"]\n\turl = \""
            + replaced_all(replaced_all(of.remote, "\\", "\\\\"), "\"", "\\\"") + "\"\n";
  return text;
}

/// Paths, each ended by a NUL, of those of the index that are as in the commit.
result<std::string> unchanged_in(const git_history& of,
                                 const std::string& folder,
                                 const surroundings& around) {
  const captured listed = ask_git(folder, {"ls-files", "-z"}, around);
  if (!listed.end.good()) return git_failure(folder, listed);
  std::string paths;
  for (const std::string_view path : nul_separated(listed.out))
    if (std::ranges::find(of.changed, path) == of.changed.end()) paths.append(path).append(1, '\0');
  return paths;
}

}  // namespace
}  // namespace observe_git_history

std::string git_history::text() const {
  return commit + "\n" + branch + "\n" + refs + remote + "\n" + shallow
         + (changed.empty() ? "" : "changed\n");
}

result<std::optional<git_history>> git_history_of(const std::string& folder, const surroundings& around) {
  using namespace observe_git_history;
  const git_state state = git_state_of(folder, around);
  const auto layout = observing::git_layout_of(folder);
  if (!state.repository || !state.commit || !layout) return std::optional<git_history>();
  git_history made;
  made.commit = *state.commit;
  made.branch = state.built_branch.value_or("");
  made.tags = state.tags;
  made.objects = layout->common + "/objects";
  made.shallow = read_file_if_there(layout->common + "/shallow").value_or(std::nullopt).value_or("");
  auto tags = tags_of_history(folder, around);
  if (!tags) return std::move(tags).error();
  if (!made.branch.empty()) made.refs = made.commit + " refs/heads/" + made.branch + "\n";
  made.refs += *tags;
  made.remote = without_login(
      std::string(trimmed(ask_git(folder, {"config", "--get", "remote.origin.url"}, around).out)));
  auto changed = changed_in(layout->top, around);
  if (!changed) return std::move(changed).error();
  made.changed = *std::move(changed);
  return std::optional(std::move(made));
}

status place_history(const git_history& of, const std::string& folder, const surroundings& around) {
  using namespace observe_git_history;
  const std::string own = folder + "/.git";
  const auto put = [&](const std::string& name, const std::string& text) {
    return write_file(own + "/" + name, text, durability::fast);
  };
  if (status gone = remove_tree(own); !gone) return gone;
  for (const char* made : {"/objects/info", "/refs/heads", "/refs/tags", "/info"})
    if (status there = make_folder(own + made); !there) return there;
  const std::pair<const char*, std::string> files[] = {
      {"HEAD", of.branch.empty() ? of.commit + "\n" : "ref: refs/heads/" + of.branch + "\n"},
      {"objects/info/alternates", of.objects + "\n"},
      {"packed-refs", "# pack-refs with: peeled fully-peeled \n" + of.refs},
      {"config", configuration_of(of)},
      {"info/exclude", "*\n"},
      {"shallow", of.shallow}};
  for (const auto& [name, text] : files)
    if (!text.empty())
      if (status written = put(name, text); !written) return written;
  const captured read = ask_git(folder, {"read-tree", of.commit}, around);
  if (!read.end.good()) return git_failure(folder, read);
  auto unchanged = unchanged_in(of, folder, around);
  if (!unchanged) return std::move(unchanged).error();
  const captured marked =
      ask_git(folder, {"update-index", "-z", "--skip-worktree", "--stdin"}, around, *std::move(unchanged));
  return marked.end.good() ? status{} : status(git_failure(folder, marked));
}

}  // namespace cicd
