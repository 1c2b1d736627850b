// What lies in a folder that other users may reach: whose it is decides whether it is read. It does not know
// what the files say.
#pragma once

#include <optional>
#include <string>

#include <cicd/base/error.hpp>

namespace cicd {

/// The text of a plain file that we or root own; nothing where there is none, or another owner's, a link, a
/// pipe or a device. Never waits.
std::optional<std::string> read_own_file(const std::string& path);

/// Whether we or root own what is at `path`; a link is looked at, not followed.
bool is_own(const std::string& path);

/// Whether nobody but us and root can put files into `folder`: it is ours or root's, and is written by nobody
/// else unless its sticky bit keeps each user's files apart. A group of which we are the only member counts
/// as us. A folder that is not there yet is good. Class `usage`, with the command that helps.
status check_own_folder(const std::string& folder);

/// Makes the folder for us alone, whatever the umask; one that is there stays as it is.
status make_own_folder(const std::string& folder);

/// Whether `path` leads to a plain file.
bool is_plain_file(const std::string& path);

/// Whether `folder` is there, or could be made by us.
bool can_be_made(const std::string& folder);

/// A name that nobody else has, in this process or another, on this machine or another:
/// `<beside>.<random>.part`.
std::string part_name(const std::string& beside);

}  // namespace cicd
