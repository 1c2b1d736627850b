// What one commit of a pipeline made: its images by digest, and the declaration as it was then. The formats
// are the contract "artifact record" (docs/contracts/artifact-record.md). It does not know where they are
// kept.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>

namespace cicd {

/// The version of the formats below. A newer one is class `corrupt`: it is left untouched.
inline constexpr int artifact_schema = 1;

struct artifact_record {
  std::string pipeline;
  std::string source;  ///< the remote repository of the sources, without a login; empty where there is none
  std::string commit;  ///< 40 digits
  std::string branch;  ///< that was built; empty where that is not known
  std::optional<std::chrono::system_clock::time_point> committed{};  ///< the commit's own date
  std::chrono::system_clock::time_point built{};
  std::string run, who;
  digest inputs;  ///< over what the images are made of: equal inputs need no other images
  digest bundle;  ///< of the bundle's text
  struct image {
    std::string repository;
    digest manifest;
    bool operator==(const image&) const = default;
  };
  std::map<std::string, image> images;        ///< by the image's name
  std::map<std::string, std::string> checks;  ///< step → `passed`
  /// The commit that built the images, where another one did, whose inputs are equal; else empty.
  std::string images_of{};
  /// The environments that were declared when it was made; none where that is not known.
  std::vector<std::string> environments{};

  std::string short_commit() const { return commit.substr(0, 7); }
};

json json_of(const artifact_record& record);
/// The one that its JSON has.
digest digest_of(const artifact_record& record);
/// Class `corrupt` for anything that is no record of a schema that we know; `where` is named in the error.
result<artifact_record> artifact_from(std::string_view text, const std::string& where);

/// That an artifact is never to be deployed again, or may be again; that a commit may be built until then, or
/// may no longer.
struct artifact_mark {
  enum class kind : std::uint8_t { yanked, lifted, approved, withdrawn };
  kind is = kind::yanked;
  std::string pipeline, commit, who, reason;
  std::chrono::system_clock::time_point when{};
  std::vector<std::string> deleted{};  ///< images that were deleted with it: `<repository>@<digest>`
  std::chrono::system_clock::time_point expires{};  ///< of an approval to build
};

/// Whether the mark that counts says so; without one it is not.
inline bool is_yanked(const std::optional<artifact_mark>& mark) {
  return mark && mark->is == artifact_mark::kind::yanked;
}

json json_of(const artifact_mark& mark);
/// Class `corrupt`, as above.
result<artifact_mark> artifact_mark_from(std::string_view text, const std::string& where);

}  // namespace cicd
