// Promotion: an environment that never builds takes the artifact of the commit that is checked out, by
// digest. Here it is found, or why there is none; and what is made ready before the environment changes: the
// image tag, and a record where the images are another commit's. It does not know how anything is deployed.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// What an environment takes.
struct promotion {
  stored_artifact artifact;
  /// What runs by its bundle, with the environments of this build tree.
  std::shared_ptr<const declared_pipeline> declared{};
  std::map<std::string, std::string> files{};  ///< of its bundle, by their path below the source folder
  std::vector<std::string> remarks{};          ///< for the plan
  bool is_stored = true;                       ///< false: its record is written with the first deploy of it
  std::string ref;                             ///< the git tag that the environment follows, `v1.5.0`
  std::string image_tag;                       ///< what the images are tagged with for it
  std::string reason;                          ///< whose images they are, where another commit built them
};

/// The images of an artifact, as those that this pipeline declares. Class `conflict` where it declares
/// others.
result<std::vector<wanted_image>> images_of(const declared_pipeline& pipeline,
                                            const artifact_record& artifact,
                                            const std::string& subject);

/// The name of the first image that is not in its registry; empty where all are. Class `corrupt` where a tag
/// of the commit that built them names another image.
result<std::string> missing_image(const way_context& in,
                                  const artifact_record& artifact,
                                  const std::string& subject,
                                  bool is_of_change = false);
/// The same with class `remote` where an image is missing.
status check_whole(const way_context& in, const artifact_record& artifact, const std::string& subject);

/// Class `policy` where the commit has no artifact (with those near that have one) or where the artifact that
/// has its images was yanked; `conflict` where what its bundle declares cannot be in the environments that
/// are declared here; else as `check_whole`.
result<promotion> promotion_for(const way_context& in, const graph_step& step, const std::string& ref);

/// Writes the record where it is not stored, then tags the images. Class `conflict` where such a tag names
/// another image.
status make_ready(const permit& allowed,
                  const way_context& in,
                  const declared_pipeline& pipeline,
                  const promotion& what);

/// A git tag as the tag of an image: what the registry does not take becomes `-`.
std::string image_tag_for(const std::string& ref);

}  // namespace cicd
