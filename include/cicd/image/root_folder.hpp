// An image's file system in a folder of ours: its layers laid over each other, for a container that is
// started here. Nothing in them reaches outside of the folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Lays the layers, those of the layout at `layout`, over each other in the folder `root`, which is there,
/// empty, and no other user's. Owners are set by root only; devices are left out, since a container is given
/// its own. Class `usage` for what no image holds, `corrupt` for a layer that is not what its digest says.
status lay_out_root(const std::string& layout,
                    const std::vector<oci_descriptor>& layers,
                    const std::string& root,
                    const unpack_limit& limit,
                    const cancellation* cancelled);

/// Where `path` of the image lies below `root`, links followed as a container would that has `root` as its
/// root. Nothing where a link leads round in a circle.
std::optional<std::string> place_in_root(const std::string& root, const std::string& path);

/// The numbers behind USER of an image: `10001`, `10001:20`, `app`, looked up in its own passwd and group.
struct container_user {
  std::uint32_t user = 0, group = 0;
};
/// The number of a user by the text of a passwd file, as its name there or as a number; nothing where it is
/// neither.
std::optional<std::uint32_t> user_number_in(const std::string& passwd, const std::string& said);
/// Class `usage` where the image has no such user.
result<container_user> container_user_of(const std::string& root, const std::string& said);

}  // namespace cicd
