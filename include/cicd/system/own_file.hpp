// What lies in a folder that other users may reach: whose it is decides whether it is read. It does not know
// what the files say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

/// The text of a plain file that we or root own; nothing where there is none, or another owner's, a link, a
/// pipe or a device. Never waits.
std::optional<std::string> read_own_file(const std::string& path);

/// The same of `root`/`relative`, where every folder below `root` belongs to us or root, is no link, and no
/// other user can put files there; whatever the sticky bit of `root` lets others do. A file that its owner
/// cannot write is none, too: the content that a cache keeps is read only, and may say anything.
std::optional<std::string> read_own_below(const std::string& root, const std::string& relative);

/// Whether `root`/`relative` is a folder that only we and root can fill, and so are those above it below
/// `root`.
bool is_own_folder_below(const std::string& root, const std::string& relative);

/// What lies directly in `root`/`relative`, sorted bytewise; nothing where that or a folder on the way from
/// `root` is a link, is another user's or is not there: who lists in order to remove follows no link.
std::vector<tree_entry> own_entries(const std::string& root, const std::string& relative);

/// Removes the plain files below a folder of ours that were last written before that second, and says how
/// many. No link is followed, `folder` itself included, and what lies in other users' folders stays.
std::size_t remove_own_files(const std::string& folder, std::int64_t before);

/// Whether no user but us and root can put files into `folder`: it is ours or root's, and is written by no
/// user else unless its sticky bit keeps each user's files apart. A group of which we are the only member
/// counts as us. A folder that is not there yet is good. Class `usage`, with the command that helps.
status check_own_folder(const std::string& folder);

/// Makes the folder for us alone, whatever the umask; one that is there stays as it is.
status make_own_folder(const std::string& folder);

/// Whether `path` leads to a plain file.
bool is_plain_file(const std::string& path);

/// Whether `folder` is there, or could be made by us.
bool can_be_made(const std::string& folder);

/// A name that no process else has, in this process or another, on this machine or another:
/// `<beside>.<random>.part`.
std::string part_name(const std::string& beside);

}  // namespace cicd
