// What lies in source trees and step folders, by content, through an index that makes the second look cheap.
// It does not know why anyone asks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// One file of a set. A link counts as a link: its digest is that of where it points, its mode 0120000.
struct observed_file {
  std::string path;   ///< relative to the set's root
  unsigned mode = 0;  ///< 0100644, 0100755 (any execute bit) or 0120000, as git counts them
  digest content;

  bool operator==(const observed_file&) const = default;
};

/// Files sorted bytewise by path.
using file_set = std::vector<observed_file>;

/// What a `.dockerignore` leaves out.
struct context_rules {
  std::string text;               ///< the file's
  std::string below;              ///< the context, relative to the query's root; empty: the root
  std::vector<std::string> kept;  ///< paths that count all the same
};

/// Which files.
struct file_query {
  std::string root;  ///< absolute folder
  std::vector<std::string>
      patterns;  ///< globs; empty: what git tracks and does not ignore, or all outside a repository
  std::vector<std::string> exclude;  ///< globs
  std::vector<std::string> never;    ///< absolute folders that are never entered: build trees
  bool may_be_empty = false;         ///< outputs may; inputs may not
  /// Folders that CMake built in are left out, where no pattern begins with them. What git lists is always
  /// without them.
  bool without_build_trees = false;
  std::vector<std::string> optional{};  ///< further patterns, which may match nothing
  std::optional<context_rules> context{};
};

/// A mapped file of {inode, size, mtime, ctime, digest} for files and of {mtime, ctime, names} for folders.
/// It is a cache: a missing, damaged or foreign index is an empty one. It stays right when a file is
/// rewritten within one clock tick (entries as young as the index are read again) and when a file gets its
/// old mtime back (ctime tells).
class file_index {
 public:
  /// Opens the index at `path`; never fails. `around` is what git is asked with: PATH, HOME and the like.
  explicit file_index(std::string path, surroundings around = surroundings::of_process());
  ~file_index();
  file_index(file_index&&) noexcept;

  /// The files of each query, in the order of the queries, looked at with a few threads. Errors (class
  /// `usage`): a pattern that matches nothing, an empty set, a file that cannot be read, a socket or device;
  /// each names the path.
  std::vector<result<file_set>> look(const std::vector<file_query>& queries);

  /// The same for one.
  result<file_set> look(const file_query& query);

  /// Digest and mode of one file, or an error; a folder is an error.
  result<observed_file> look_at(const std::string& absolute_path);

  /// Folders with a git repository of their own that the looks so far left out, since the repository around
  /// them neither tracks nor ignores them; absolute, sorted.
  std::vector<std::string> repositories_left_out() const;

  /// Writes the index if anything was learnt, without the folders in which a path is `left_out`. A failure is
  /// not one of the run: the next look costs more.
  status save(const std::function<bool(std::string_view path)>& left_out = {});

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// One digest for a set: SHA-256 over `mode SP path NUL digest` of each.
digest digest_of(const file_set& files);

}  // namespace cicd
