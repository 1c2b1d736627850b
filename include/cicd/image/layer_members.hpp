// The members of an image's layer, as the builder packed them: read in their order, and written nowhere.
// It does not know what lies below or above the layer.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// One member. What a layer takes away is a member, too: a file `.wh.<name>`, or `.wh..wh..opq` for all that
/// lies below its folder (image-spec, layer.md, "Whiteouts").
struct layer_member {
  std::string path;  ///< in the image, without the leading slash, `.` and empty parts
  entry_kind kind = entry_kind::file;
  unsigned mode = 0;
  std::uint32_t user = 0, group = 0;
  std::uint64_t size = 0;  ///< of a file, as its header says
  std::string link;        ///< of a link: where it points; of another name of a file: that file's path
  bool is_other_name = false;
};

/// Hands out the content of the file that is met, once.
using member_content = std::function<status(const byte_sink& take)>;

/// Calls `meet` for each member of the layer at `path`: a tar, plain or packed by gzip or zstd. A name with
/// `..` is passed over, since nothing unpacks it. Class `usage`: no archive, or more than the limit.
status each_member_of_layer(
    const std::string& path,
    const unpack_limit& limit,
    const cancellation* cancelled,
    const std::function<status(const layer_member& member, const member_content& content)>& meet);

/// The whole content; class `usage` where it is more than `most` bytes.
result<std::string> content_of(const layer_member& member, const member_content& content, std::uint64_t most);

}  // namespace cicd
