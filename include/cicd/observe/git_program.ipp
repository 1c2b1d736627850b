// Discovery needs no process; every process gets the same environment.
#pragma once

#include <cicd/observe/git_program.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include <cicd/base/text.hpp>
#include <cicd/observe/folder_view.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_git_program {
namespace {

std::string joined_path(const std::string& folder, std::string_view relative) {
  if (relative.starts_with('/')) return normal_path(relative);
  return normal_path(folder + "/" + std::string(relative));
}

// `.git` is the repository itself or a file that says where it is.
std::optional<git_layout> layout_at(const std::string& top, const struct stat& dot_git) {
  git_layout found{top, top + "/.git", {}};
  if (S_ISREG(dot_git.st_mode)) {
    const auto text = read_file(found.own);
    if (!text || !text->starts_with("gitdir: ")) return std::nullopt;
    found.own = joined_path(top, trimmed(std::string_view(*text).substr(8)));
  }
  if (!exists(found.own + "/HEAD")) return std::nullopt;
  const auto common = read_file_if_there(found.own + "/commondir");
  found.common = common && *common ? joined_path(found.own, trimmed(**common)) : found.own;
  return found;
}

bool is_ours(std::string_view variable) {
  constexpr std::array<std::string_view, 4> ours = {"GIT_TERMINAL_PROMPT", "GIT_OPTIONAL_LOCKS", "LC_ALL",
                                                    "GIT_LITERAL_PATHSPECS"};
  return std::ranges::find(ours, variable) != ours.end();
}

std::vector<std::string> environment_of(const surroundings& around) {
  // Commits are what their objects say: replacements and grafts are notes of this clone.
  std::vector<std::string> variables = {"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C",
                                        "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE=/dev/null/none"};
  for (const auto& [name, value] : around.all()) {
    if (!leads_git_elsewhere(name) && !is_ours(name)) variables.push_back(name + "=" + value);
  }
  return variables;
}

}  // namespace
}  // namespace observe_git_program

bool leads_git_elsewhere(std::string_view variable) {
  constexpr std::array<std::string_view, 18> names = {"GIT_DIR",
                                                      "GIT_WORK_TREE",
                                                      "GIT_INDEX_FILE",
                                                      "GIT_OBJECT_DIRECTORY",
                                                      "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                                      "GIT_COMMON_DIR",
                                                      "GIT_NAMESPACE",
                                                      "GIT_PREFIX",
                                                      "GIT_QUARANTINE_PATH",
                                                      "GIT_GRAFT_FILE",
                                                      "GIT_SHALLOW_FILE",
                                                      "GIT_CONFIG",
                                                      "GIT_REPLACE_REF_BASE",
                                                      "GIT_NO_REPLACE_OBJECTS",
                                                      "GIT_GLOB_PATHSPECS",
                                                      "GIT_NOGLOB_PATHSPECS",
                                                      "GIT_ICASE_PATHSPECS",
                                                      "GIT_IMPLICIT_WORK_TREE"};
  const bool spoils_errors = variable.starts_with("GIT_TRACE") && !variable.starts_with("GIT_TRACE2");
  return spoils_errors || variable == "LANGUAGE" || std::ranges::find(names, variable) != names.end();
}

std::optional<git_layout> git_layout_of(const std::string& folder) {
  struct stat start {};
  std::string at = normal_path(folder);
  if (::stat(at.c_str(), &start) != 0) return std::nullopt;
  for (;;) {
    struct stat now {};
    if (::stat(at.c_str(), &now) != 0 || now.st_dev != start.st_dev) return std::nullopt;
    const std::string base = at == "/" ? "" : at;
    if (::stat((base + "/.git").c_str(), &now) == 0) {
      if (auto found = observe_git_program::layout_at(base, now)) return found;
    }
    if (base.empty()) return std::nullopt;
    at.resize(at.rfind('/'));
    if (at.empty()) at = "/";
  }
}

captured ask_git(const std::string& folder,
                 std::vector<std::string> words,
                 const surroundings& around,
                 std::string input) {
  const auto program = find_program("git", around.get_or("PATH", ""), folder);
  if (!program) {
    captured none;
    none.end.number = ENOENT;
    return none;
  }
  // A folder of tracked files that looks like a bare repository has a configuration of its author's choice.
  words.insert(words.begin(), {*program, "-c", "safe.bareRepository=explicit"});
  capture_options options;
  options.input = std::move(input);
  options.most_bytes = std::size_t{1} << 30U;
  return run_to_end({std::move(words), folder, observe_git_program::environment_of(around)}, options);
}

bool is_unsafe_owner(const captured& answer) {
  return answer.err.find("safe.directory") != answer.err.npos;
}

bool is_without_space(const captured& answer) {
  return std::ranges::any_of(
      std::array{"No space left on device", "Disk quota exceeded", "Read-only file system"},
      [&](const char* reason) { return answer.err.find(reason) != std::string::npos; });
}

error git_failure(const std::string& folder, const captured& answer) {
  if (answer.end.kind == ending::how::not_started && answer.end.number == ENOENT) {
    return failure("'git' is not installed, and this folder is in a git repository", folder)
        .with("try", install_hint("git"));
  }
  if (answer.end.kind == ending::how::not_started)
    return failure("git cannot be started", folder).with("caused by", answer.end.text);
  if (is_unsafe_owner(answer)) {
    return failure("git refuses this repository, since it belongs to another user", folder)
        .with("try", "git config --global --add safe.directory " + shell_quoted(folder));
  }
  const std::string_view said = trimmed(answer.err);
  error none = failure("git gave no answer for this folder", folder);
  if (is_without_space(answer)) none.kind = exit_class::cannot_save;
  return std::move(none).with("caused by", std::string(said.substr(0, said.find('\n'))));
}

std::vector<std::string_view> nul_separated(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find('\0'), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace cicd::observing
