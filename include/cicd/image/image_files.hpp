// The files of an image, its layers laid over each other, and how those of two images differ. It knows names
// and digests; not what the files are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/image/laid_layers.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// A file, folder, link or device of an image.
struct image_file {
  entry_kind kind = entry_kind::file;
  unsigned mode = 0;
  std::uint32_t user = 0, group = 0;
  std::uint64_t size = 0;
  digest content;    ///< of a file
  std::string link;  ///< of a link: where it points

  bool operator==(const image_file&) const = default;
};
using image_files = laid_files<image_file>;

/// What a container of these layers sees, those of the layout at `folder`.
result<image_files> files_of_layers(const std::string& folder,
                                    const std::vector<oci_descriptor>& layers,
                                    const unpack_limit& limit,
                                    const cancellation* cancelled);

/// What became of a path between two images.
struct path_change {
  enum class kind : std::uint8_t { added, removed, changed };
  std::string path;
  kind what = kind::added;
  image_file before, after;  ///< what there is of them
};
/// Sorted by path. Of a folder that came or went with all below it each file is told.
std::vector<path_change> changes_between(const image_files& before, const image_files& after);
/// What differs in a file that changed: `content`, `mode`, `owner`, `link`, `kind`.
std::vector<std::string> differences_of(const path_change& change);

}  // namespace cicd
