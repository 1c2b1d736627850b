// The zips of functions, and files, in a bucket, as a registry: each by its digest, its tags beside it, and
// documents of artifacts as JSON files. It does not know what runs the zips.
#pragma once

#include <memory>
#include <string>

#include <cicd/image/registry.hpp>

namespace cicd {

/// Below `<repository>/`: `<64 digits>.zip`, `tags/<tag>`; of documents `<commit>.json` under the tag
/// `<commit>.artifact`, `marks/<tag>.json` under any other.
std::unique_ptr<registry> zip_registry(const std::string& repository,
                                       const registry_options& options,
                                       const surroundings& around);
/// The same for files: their manifest is `<64 digits>.json`, and what it names lies below `<64 digits>/` by
/// its own digest.
std::unique_ptr<registry> file_bucket(const std::string& repository,
                                      const registry_options& options,
                                      const surroundings& around);
/// Whether a repository is one of zips: `s3://…` or `bucket:…`.
bool is_of_zips(const std::string& repository);
/// Where a zip of that repository is: `s3://team-artifacts/orders/webhook/<64 digits>.zip`.
std::string zip_in(const std::string& repository, const digest& zip);

}  // namespace cicd
