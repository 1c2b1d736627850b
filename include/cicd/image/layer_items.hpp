// What lies in a layer: a sorted list of files, folders and links with their modes, owners and content
// digests, and the key that all of it gives. Knows the file system it reads from; not how a layer is written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/image/image.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

/// Where Linux keeps the capabilities of a program's file.
inline constexpr const char* capability_attribute = "security.capability";

/// One member of a layer.
struct layer_item {
  std::string path;                      ///< in the image, without the leading slash
  entry_kind kind = entry_kind::folder;  ///< never `other`
  unsigned mode = 0755;
  std::uint32_t user = 0, group = 0;
  std::string link;             ///< of a link: where it points, verbatim
  std::string from;             ///< where on disk it comes from
  digest content;               ///< of a file, once `digest_items` has read it
  file_stamp stamp;             ///< as it was when it was listed or read
  bool is_implied = false;      ///< a folder that is not listed itself: something lies in it
  bool had_capability = false;  ///< `security.capability`, which no layer of ours holds
};

/// The items of `recipe` in no order, contents not yet read. Class `usage` for what cannot lie in a layer.
result<std::vector<layer_item>> listed_items(const layer_recipe& recipe);

/// The paths of those that lose a capability.
std::vector<std::string> losing_capabilities(const std::vector<layer_item>& items);

/// Reads the files' contents, side by side.
status digest_items(std::vector<layer_item>& items, unsigned threads, const cancellation* cancelled);

/// Sorted bytewise by path, the folders above each item added, one item a path. Class `usage` for two
/// different things on one path, naming both.
result<std::vector<layer_item>> settled_items(std::vector<layer_item> items);

/// What was listed, without the contents: equal looks of the same machine mean equal layers, when nothing in
/// it was changed as late as it was looked at.
struct layer_look {
  digest key;
  std::int64_t newest = 0;  ///< the latest change of an item, as `file_time_now`
};
layer_look look_of(const std::vector<layer_item>& listed);

/// The same for two layers of the same bytes, whatever the path, the day or the machine.
digest key_of(const std::vector<layer_item>& items);

}  // namespace cicd
