// Reading archives that others made: a root file system's tar, a jar. Nothing in them can reach outside of
// where it is unpacked: contents go to files that we name, names are only data. Knows libarchive; not what
// the contents mean.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/image/layer_items.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// What an archive holds.
struct unpacked_items {
  std::vector<layer_item> items;
  std::size_t left_out = 0;  ///< devices and the like below `dev/`, which every bootstrap makes
};

/// The items of a tar (plain, gz, xz, zst) with the modes and numeric owners that it gives, in its order,
/// contents in files below `scratch`; a later member replaces an earlier one of its name. Class `usage`
/// naming the member: absolute, `..`, a name that no image can have, a link that leads out, a device that is
/// not below `dev/`, more than the limit, or no archive.
result<unpacked_items> items_of_tar(const std::string& tar,
                                    const std::string& scratch,
                                    const unpack_limit& limit,
                                    const cancellation* cancelled);

/// The content of one member of a zip or jar of at most 16 MiB, or nothing when it has none of that name.
result<std::optional<std::string>> zip_member(const std::string& zip, std::string_view name);

/// Unpacks the files of a zip, those that may be run with that right; `place` gives the absolute path for a
/// checked member's name, empty to leave it out. Same errors.
status unpack_zip(const std::string& zip,
                  const unpack_limit& limit,
                  const std::function<std::string(const std::string& name)>& place);

}  // namespace cicd
