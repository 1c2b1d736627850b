// `cicd.lock`: which bytes the tags of a source tree's bases stand for. Knows the file; not who asks for a
// base, and no registry.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>

namespace cicd {

inline constexpr const char* base_lock_name = "cicd.lock";

/// What one tag stood for.
struct locked_base {
  digest image;                             ///< of what the tag named: an index, or an image
  std::map<std::string, digest> platforms;  ///< `linux/amd64` → the image
  std::string at, by;                       ///< when (UTC), and by whom
  bool operator==(const locked_base&) const = default;
};

struct base_lock {
  std::map<std::string, locked_base> bases;  ///< by `<registry>/<repository>:<tag>`
};

/// Class `usage` with the file and what is wrong: no JSON (a conflict of git among it), another schema, a
/// reference or digest that is none.
result<base_lock> base_lock_from(std::string_view text, const std::string& path);
/// Sorted, one value a line, so that git merges it.
std::string text_of(const base_lock& lock);

/// The lock that counts for a source folder: in it, or in a folder above it up to `top`. Nothing where there
/// is none. Class `usage` where there are two: it would not be said which of them counts.
result<std::optional<std::string>> find_base_lock(const std::string& source, const std::string& top);

/// Class `usage`: the tag is not in the lock, or not for this platform; with the command that helps.
result<digest> locked_image(const base_lock& lock,
                            const std::string& reference,
                            const std::string& platform,
                            const std::string& path);

}  // namespace cicd
