// The deployment record: what is deployed in an environment, from which commit, by whom. It lives with the
// environment; the format is the contract "deployment record" (docs/contracts/deployment-record.md).
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/observe/source_identity.hpp>

namespace cicd {

/// The version of the record format. A newer one is class `corrupt`: it is left untouched.
inline constexpr int record_schema = 2;

/// One deployment.
struct deployment_record {
  std::string pipeline, environment;
  std::int64_t generation = 0;  ///< one more with each deployment of this pipeline to this environment
  std::string id;               ///< the run that made it
  std::string commit;           ///< of the service's repository when it was deployed; empty when unknown
  /// The commit's own date: which is newer, where a shallow clone knows only one of two.
  std::optional<std::chrono::system_clock::time_point> committed{};
  std::string branch, version;
  bool dirty = false;  ///< of the sources or of the declaration
  /// The commit of the declaration, where it lies in another repository than the sources; else empty.
  std::string declaration{};
  std::string who;
  std::chrono::system_clock::time_point when{};
  /// Image name → what runs. `built_from` is the commit that first built this digest and decides the
  /// placeholders.
  struct image {
    std::string reference;  ///< `<repository>:<tag>@<digest>`
    std::string repository() const;
    std::string tag;
    digest manifest;
    std::string built_from;  ///< commit, 40 digits; empty when unknown
    std::string built_branch;
    bool operator==(const image&) const = default;
  };
  std::map<std::string, image> images;
  digest manifests;                       ///< over the rendered files
  std::string outcome;                    ///< `deployed`
  std::vector<std::string> taken_over{};  ///< managers whose fields were taken over for this once
  std::string tag{};                      ///< of git, that it was deployed for; empty: a branch
  std::string hotfix{};  ///< why it passed over what would have held it back; empty: it did not
  std::map<std::string, digest> awaited{};  ///< the images of AWAIT that were there, by their repositories
  std::string upstream{};  ///< the good build of UPSTREAM: its page, else its number; empty: none was asked
  digest artifact{};       ///< of the artifact's record; none in a record of before there were any
  /// Over what the environment itself declares of what is deployed there (configuration.hpp); none in a
  /// record of before it was kept.
  digest configuration{};
  /// The value that each setting has there, by its name.
  std::map<std::string, std::string> settings{};
  source_identity source{};  ///< of the declaration; nothing in a record of before it was kept
};

/// Whether a rollback, or a commit by hand, put it back.
bool is_put_back(const deployment_record& of);
/// Whether both are of one commit and tag.
bool is_same_release(const deployment_record& one, const deployment_record& other);

json json_of(const deployment_record& record);
/// Class `corrupt` for anything that is no record of a schema that we know; `where` is named in the error.
result<deployment_record> record_from(std::string_view text, const std::string& where);

/// The digest over rendered files: names and contents.
digest digest_of_manifests(const std::map<std::string, std::string>& files);

}  // namespace cicd
