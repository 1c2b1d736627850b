// A layer as a tar stream that depends on its items only: pax restricted (image-spec, layer.md), numeric
// owners, one fixed time. Knows the format; not where the bytes go.
#pragma once

#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/image/layer_items.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Seconds since 1970 of everything in a layer; not 0, which some programs take for "none".
inline constexpr std::int64_t layer_time = 1;

/// Writes settled items with known contents. Class `usage` when a file is no longer what its digest was taken
/// of.
status write_layer_tar(const std::vector<layer_item>& items,
                       const byte_sink& take,
                       const cancellation* cancelled);

/// The version of what writes and packs the bytes, for keys: another one may give other bytes.
std::string layer_writer_version();

}  // namespace cicd
