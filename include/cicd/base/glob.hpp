// Patterns of paths and of branches and tags. They know no file system.
#pragma once

#include <string>
#include <string_view>

namespace cicd {

/// Whether `path` (relative, `/` between parts) matches `pattern`: `*` and `?` stay within one part,
/// `**` spans parts, `[a-c]`, `[!a]` and `[[:alpha:]]` (of ASCII) are classes, `\` quotes. A pattern that ends in `/` means all below
/// it.
bool glob_matches(std::string_view pattern, std::string_view path);
/// The part of `pattern` before its first wildcard, up to a `/`: where a walk may start.
std::string glob_root(std::string_view pattern);
/// Whether `name` (a branch or tag) matches `pattern`, in which `*` also spans `/`.
bool ref_matches(std::string_view pattern, std::string_view name);

}  // namespace cicd
