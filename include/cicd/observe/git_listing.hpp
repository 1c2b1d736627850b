// What git tracks and does not ignore below a folder, and by which files and folders one can tell later that
// the answer still holds, so that the second look starts no process.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/observe/folder_view.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/observe/index_format.hpp>
#include <cicd/system/environment.hpp>

namespace cicd::observing {

/// A file on which a list depends: git's index, an ignore file, a configuration.
struct watched_file {
  std::string path;
  std::optional<stamp> when;  ///< nothing: there was none
};

/// How the watched configuration of a repository within the work tree ends that is neither tracked nor
/// ignored, so that git lists none of its files.
inline constexpr std::string_view of_other_repository = "/.git/./config";

/// A folder on which a list depends, and the names in it that git listed.
struct listed_folder {
  std::string path;
  stamp when;
  std::vector<text_ref> own;
  std::span<const text_ref> kept;  ///< in the index; used where `own` is empty

  std::span<const text_ref> names() const { return own.empty() ? kept : std::span<const text_ref>(own); }
};

struct git_list {
  std::vector<watched_file> files;
  std::vector<listed_folder> folders;  ///< sorted bytewise by path
  bool settled = false;                ///< a later change of any of them will show
  std::uint32_t last_used = 0;
  std::string own_texts;
  const char* kept_texts = nullptr;  ///< the index's; null: `own_texts`

  std::string_view text(text_ref of) const {
    return {(kept_texts != nullptr ? kept_texts : own_texts.data()) + of.offset, of.size};
  }
};

/// One folder whose inputs are what git says, with the folders that are never entered.
struct git_question {
  std::string root;
  std::vector<std::string> never;
};

/// Asks git, once for all of `questions` that lie in the one work tree `of` and have the same `never`.
result<std::vector<git_list>> list_with_git(const git_layout& of,
                                            const std::vector<git_question>& questions,
                                            const surroundings& around);

}  // namespace cicd::observing
