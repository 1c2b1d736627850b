// Files as a registry keeps them: an OCI manifest with a layer for each (image-spec, manifest.md, "Guidelines
// for Artifact Usage"), so that equal files are an equal digest. It does not know what the files are for.
#pragma once

#include <map>
#include <string>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

struct artifact_file {
  std::string path;   ///< absolute; a plain file
  bool runs = false;  ///< whether it may be executed
};

/// What one group has at most.
inline constexpr std::size_t most_artifact_files = 1'000;
inline constexpr std::uint64_t largest_artifact_file = 1'000'000'000;

/// Makes the OCI layout folder `layout` of these files, by their names, and gives the manifest's digest.
/// Below `files/` in it they lie as they are, too.
result<digest> write_files(const std::string& layout,
                           const std::map<std::string, artifact_file>& files,
                           const cancellation* cancelled);
/// Puts the files of that manifest, the only one of a layout, below `folder`, each with its right to be
/// executed. Class `corrupt`: it is another manifest, or a file is not what its digest says.
status unpack_files(const std::string& layout, const digest& manifest, const std::string& folder);

}  // namespace cicd
