// What plumbing commands of git read and print, as values. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/deliver/git/git_client.hpp>

namespace cicd {

/// One entry of `git ls-tree -z`.
struct git_entry {
  std::string mode, object, path;

  bool is_folder() const { return mode == "040000"; }
  bool is_file() const { return mode == "100644" || mode == "100755"; }
};
std::vector<git_entry> git_entries_from(std::string_view printed);

/// The contents that `git cat-file --batch` printed, in the order asked for; nothing for what is missing.
/// Fewer than asked when the text is cut.
std::vector<std::optional<std::string>> git_blobs_from(std::string_view printed);

/// One change of one path, as `git log -z --raw --no-abbrev --format=%x01%H%x02%an <%ae>%x02%at` prints it.
struct git_path_change {
  std::string commit, who;
  std::int64_t when = 0;  ///< seconds since 1970
  std::string before;     ///< the object that the path had; empty: none
  std::string path;
};
/// In the order printed: the newest first.
std::vector<git_path_change> git_changes_from(std::string_view printed);

/// The commit of exactly this ref in what `git ls-remote` printed; empty when it is not there.
std::string git_ref_in(std::string_view printed, std::string_view ref);

/// `Name <address>` as git stores it; a bare address or name is accepted.
std::string git_ident_of(std::string_view who);

/// A commit for `git fast-import`: these removals and files, on `tip` (none when empty).
struct git_change {
  std::string who{};      ///< `Name <address>`
  std::int64_t when = 0;  ///< seconds since 1970
  std::string message{};
  std::string tip{};
  std::vector<std::string> removed{};
  std::map<std::string, std::string> written{};
  std::set<std::string> executable{};  ///< of those that are written
  std::vector<std::string> asked{};    ///< paths whose objects are to be printed
};
/// The stream of them: the first on its tip, each other on the one before it.
std::string git_import_of(const std::vector<git_change>& changes);

/// What it printed: the commit of each change and the objects that it asked for, empty for what is not there.
/// Fewer than changes where the text is cut.
struct git_made {
  std::string commit;
  std::vector<std::string> objects;
};
std::vector<git_made> git_made_from(std::string_view printed, const std::vector<git_change>& changes);

}  // namespace cicd
