// Files: reading whole, writing so that a reader sees the old or the new and never a part, trees, locks.
// Every function names the path in its error; none follows a link out of a tree that it was given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd {

enum class durability {
  fast,    ///< rename only: for what can be made again (cache, index)
  durable  ///< file and folder are fsynced before success is reported: for what was acknowledged
};

/// What is read of a file that others could have put there.
struct reading_rules {
  std::uint64_t limit = 16'000'000;        ///< bytes; a larger file is refused before it is read
  exit_class refused = exit_class::usage;  ///< the class of every error
};
/// The whole file that `path` names below `root`: a plain file of at most the limit. Links within `root` are
/// followed, one that leads out is an error that names it; `root` itself may be one. Never waits for a pipe
/// or device. For all that the source tree, a step or a template names.
result<std::string> read_below(const std::string& root,
                               const std::string& path,
                               const reading_rules& rules = {});
/// Nothing when nothing is there; also where a link leads to nothing.
result<std::optional<std::string>> read_below_if_there(const std::string& root,
                                                       const std::string& path,
                                                       const reading_rules& rules = {});
/// Where `path` leads below `root`, without links, beginning with `root`: for what is read in pieces or is a
/// folder. Nothing when nothing is there, the same errors when it leads out.
result<std::optional<std::string>> place_below(const std::string& root,
                                               const std::string& path,
                                               exit_class refused = exit_class::usage);

/// The whole file of a path of our own or of a person: a plain file of at most 1 GB, wherever links lead.
/// Class `usage` when it cannot be read. Who expects that there may be none asks `read_file_if_there`.
result<std::string> read_file(const std::string& path);
/// Nothing when there is no such file; an error for any other reason that it cannot be read.
result<std::optional<std::string>> read_file_if_there(const std::string& path);
/// What a person hands over by name, which may be a pipe (`<(…)`, `/dev/stdin`); waits for its end.
result<std::string> read_given(const std::string& path);
/// Through a temporary file beside it, renamed over it. Makes missing folders. Class `cannot_save`.
status write_file(const std::string& path, std::string_view content, durability how, unsigned mode = 0644);
/// Writes where a person says: what is no plain file (`/dev/null`, `/dev/stdout`, a pipe) is opened and
/// written, never replaced; a link stays and what it leads to is written; a file's mode is not widened. Class
/// `cannot_save`.
status write_given(const std::string& path, std::string_view content);
/// The same of what is for its user alone: the file has at most the mode 0600 then.
status write_given_privately(const std::string& path, std::string_view content);
/// Makes the folder and those above it.
status make_folder(const std::string& path);
bool exists(const std::string& path);
/// Whether something is there, links followed, that is neither file nor folder: a device, a pipe, a socket.
bool is_stream(const std::string& path);
bool is_folder(const std::string& path);
/// Removes whatever is there, a tree too; links are removed, not followed. Nothing there is success.
status remove_tree(const std::string& path);
/// Renames over `to`; class `cannot_save`.
status rename_over(const std::string& from, const std::string& to);

enum class entry_kind : std::uint8_t { file, folder, link, other };
/// One entry of a tree.
struct tree_entry {
  std::string path;  ///< relative to the tree's root
  entry_kind kind = entry_kind::file;
  unsigned mode = 0;       ///< permission bits
  std::uint64_t size = 0;  ///< of a file
  std::string link;        ///< of a link: where it points, verbatim
};
/// Everything below `root`, sorted bytewise by path, folders before what is in them; links are entries, not
/// followed. `enter` decides whether to go into a folder (all by default).
result<std::vector<tree_entry>> list_tree(const std::string& root,
                                          const std::function<bool(const std::string& relative)>& enter = {});
/// Copies a file or link with its mode; content by reflink or `copy_file_range` where the file system has
/// them.
status copy_entry(const std::string& from, const std::string& to);

/// Where a link points, verbatim; nothing where there is no link.
std::optional<std::string> link_target(const std::string& path);

/// `path` without `.`/`..` parts and double slashes; absolute when it was. Links are not resolved.
std::string normal_path(std::string_view path);
/// `path` relative to `folder` when it is below it, else `path` itself.
std::string path_below(std::string_view path, std::string_view folder);
/// The path with links resolved, or nothing when it does not exist.
std::optional<std::string> real_path(const std::string& path);

/// A file appended to line by line; each append is one write(2).
class append_file {
 public:
  /// Never waits: a pipe that no process reads is an error.
  static result<append_file> open(const std::string& path, unsigned mode = 0644);
  append_file(append_file&&) noexcept;
  append_file& operator=(append_file&&) noexcept;
  ~append_file();
  status append(std::string_view bytes);
  /// Until then what was appended may be lost with the machine, not with the process.
  status sync();

 private:
  explicit append_file(int descriptor, std::string path);
  int descriptor_ = -1;
  std::string path_;
};

/// An exclusive lock on a permanent file (flock, close-on-exec): it ends with its holder, however that ends.
/// The file's text names the holder for the one that waits.
class file_lock {
 public:
  /// The lock, or nothing when another process has it. `holder` is written into the file.
  static result<std::optional<file_lock>> try_take(const std::string& path, const std::string& holder);
  /// Who had it before and was killed; empty when it was given back.
  const std::string& left_by() const { return left_by_; }
  /// What the present holder wrote, or the last one where it was killed.
  static std::string holder_of(const std::string& path);
  file_lock(file_lock&&) noexcept;
  file_lock& operator=(file_lock&&) noexcept;
  ~file_lock();

 private:
  file_lock(int descriptor, std::string left_by);
  int descriptor_ = -1;
  std::string left_by_;
};

}  // namespace cicd
