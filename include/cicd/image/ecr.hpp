// What is special about AWS' registry, ECR: repositories are made before the first push, and a lifecycle
// policy may take away what runs. Pure: nothing is contacted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>

namespace cicd {

/// `<account>.dkr.ecr.<region>.amazonaws.com/<name>`
struct ecr_repository {
  std::string account, region, name;

  /// The words of `aws ecr <verb>` that name it.
  std::vector<std::string> words(const std::string& verb) const;
  /// How it is made, with tags that never move.
  std::string make_command() const;
};
/// Nothing where the repository is in another registry.
std::optional<ecr_repository> ecr_repository_from(const std::string& repository);

/// What has to stay in a repository.
struct images_to_keep {
  std::vector<std::string> tags;  ///< patterns of the tags that environments follow: `v*`
  std::size_t environments = 0;   ///< each runs an image
  std::size_t artifacts = 10;     ///< commits
  bool are_signed = false;
};

/// Why a lifecycle policy may take away what has to stay, a sentence for each rule; none where it does not.
/// Class `corrupt` where it is no policy.
result<std::vector<std::string>> lifecycle_complaints(const std::string& policy, const images_to_keep& what);
/// The text of one that does not.
std::string lifecycle_policy_for(const images_to_keep& what);

}  // namespace cicd
