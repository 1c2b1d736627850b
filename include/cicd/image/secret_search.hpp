// Looks for secrets in files, and in the archives and compressed files that these are or hold, one within
// another: what would leave the machine in a jar or a layer. It knows libarchive; not what a file is for.
#pragma once

#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/base/secret_finder.hpp>

namespace cicd {

/// A file or a member, and the place in it, which is empty for all of it.
inline std::string place_in(const std::string& of, const std::string& inner) {
  return inner.empty() ? of : of + " > " + inner;
}

/// Where the first secret stands: empty for the file itself, else the member,
/// `BOOT-INF/classes/app.properties`, with ` > ` before each further one. Nothing where there is none. Tar,
/// zip (also one with something in front of it), gzip, xz and zstd are opened, three deep, members of at most
/// 256 MB; what cannot be opened is searched as it is. Class `usage` where the file cannot be read.
result<std::optional<std::string>> secret_place_in(const std::string& path, const secret_finder& by);

/// The first file of a folder, and the place in it, `lib/app.jar > app.properties`; links are not followed.
/// `leave_out` is a name at the top.
result<std::optional<std::string>> secret_place_below(const std::string& folder,
                                                      const secret_finder& by,
                                                      std::string_view leave_out = {});

}  // namespace cicd
