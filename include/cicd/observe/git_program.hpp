// Where a folder's git repository lies, and asking the `git` program about it. What the answers mean is for
// others.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd::observing {

/// The parts of a repository: the same folder twice, except in linked work trees and submodules.
struct git_layout {
  std::string top;     ///< root of the work tree
  std::string own;     ///< HEAD and index of this work tree
  std::string common;  ///< refs, objects, configuration
};

/// The repository in whose work tree `folder` lies, found as git finds it: upwards, within one file system.
std::optional<git_layout> git_layout_of(const std::string& folder);

/// Whether a variable, as a hook or an editor may have set it (`git rev-parse --local-env-vars`), would turn
/// git to another repository, or its output into another language or a trace.
bool leads_git_elsewhere(std::string_view variable);

/// Runs `git <words>` in `folder`: no prompt, no lock for the sake of speed, messages in English, and no
/// variable that would lead it to another repository.
captured ask_git(const std::string& folder,
                 std::vector<std::string> words,
                 const surroundings& around,
                 std::string input = {});

/// Whether git could not write: the disk is full, a quota is used up, the file system is read-only.
bool is_without_space(const captured& answer);

/// Why git gave no answer, as an error about `folder`, with what helps where that is known.
error git_failure(const std::string& folder, const captured& answer);

/// Whether git refused because the repository belongs to another user.
bool is_unsafe_owner(const captured& answer);

/// The parts of a text that ends each of them with a NUL.
std::vector<std::string_view> nul_separated(std::string_view text);

}  // namespace cicd::observing
