// The pipeline that an artifact's bundle declares, with the environments of another build tree: what runs is
// the bundle's; where and whether is the asking build tree's. Read by the one parser. It does not know where
// bundles are kept.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/deliver/release/bundle.hpp>

namespace cicd {

/// The files in a bundle, by their path below the source folder. Class `corrupt` where the bundle is none of
/// a schema that we know; `where` is named in the error.
result<std::map<std::string, std::string>> files_in_bundle(const std::string& bundle,
                                                           const std::string& where);

/// Services, cron jobs, containers, images and labels are those of the bundle, with the values IN those
/// environments that `asking` has; environments, releases, previews, canaries and secrets are those of
/// `asking`, and so are the paths. Class `corrupt` as above; `conflict` where what the bundle declares cannot
/// be in these environments.
result<std::shared_ptr<const declared_pipeline>> model_of(const std::string& bundle,
                                                          const declared_pipeline& asking,
                                                          const machine_paths& paths,
                                                          const std::string& where);

/// An option of a bundle's call that another bundle has otherwise.
struct bundle_change {
  std::string what;             ///< `pipeline_service orders api IN prod`, or the path of a file
  std::string option{};         ///< `REPLICAS`; empty: all of it came or went, or the file's content
  std::string before, after{};  ///< the values, several with a space between; empty: not given
};
/// Class `corrupt` as above.
result<std::vector<bundle_change>> changes_between_bundles(const std::string& before,
                                                           const std::string& after,
                                                           const std::string& where);

}  // namespace cicd
