// The one way in which something is put below a folder that others fill too: never through a link, and never
// outside of the folder. What stands in the way is removed, not followed. The folder itself may be reached
// through links.
#pragma once

#include <functional>
#include <string>

#include <cicd/system/files.hpp>

namespace cicd {

/// Whether what was copied is what was wanted; `path` leads to the copy before it gets its name.
using copy_check = std::function<bool(const std::string& path)>;

/// Copies the file at `from` to `path` below `root`, with the permissions `mode` less what the user's umask
/// takes away. Makes missing folders. Class `usage` when `from` cannot be read, `corrupt` when `check` says
/// no or `path` leads out, else `cannot_save`; what was there before is then still there, unless it was no
/// file.
status place_copy(const std::string& root,
                  const std::string& path,
                  const std::string& from,
                  unsigned mode,
                  const copy_check& check = {});

/// The same with a link to `target`, which is not looked at.
status place_link(const std::string& root, const std::string& path, const std::string& target);

/// The same of a text, with the permissions 0644. `durable`: file and folder are fsynced.
status place_text(const std::string& root, const std::string& path, std::string_view text, durability how);

/// Adds to the end of a file of ours and brings it to the disk; makes it where there is none. What is there
/// already is never replaced: class `cannot_save` where it is no plain file.
status append_below(const std::string& root, const std::string& path, std::string_view bytes);

/// Removes what is at `path` below `root`, a tree too. Nothing there is success.
status remove_below(const std::string& root, const std::string& path);

/// What the user's umask takes away from permissions.
unsigned present_umask();

}  // namespace cicd
