// What a deploy would bring to an environment and take away from it: commits, options, images. It does not
// know whether the deploy may be, nor how it is shown.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/release/artifact_store.hpp>
#include <cicd/deliver/release/bundle_model.hpp>
#include <cicd/observe/git_commits.hpp>

namespace cicd {

/// One of the two sides.
struct notes_side {
  std::string commit;  ///< 40 digits; empty: nothing is deployed
  std::string name;    ///< its version or tag, else the first digits of the commit
  std::optional<stored_artifact> artifact{};
  std::map<std::string, digest> images{};  ///< by name; none where they are not known
  std::optional<artifact_mark> yanked{};   ///< where it is
};

struct image_change {
  std::string name;
  digest before{}, after{};  ///< none: not there
};

struct release_notes {
  std::string pipeline, environment;
  notes_side there, next;
  std::vector<past_commit> comes, goes;  ///< the newest first
  std::vector<bundle_change> options;
  std::vector<image_change> images;
  std::string link{};                ///< that compares the two commits; empty where there is none
  std::vector<std::string> unknown;  ///< sentences: what cannot be known here, and why

  bool is_same() const { return there.commit == next.commit; }
};

/// Compares the two sides; `folder` is that of the sources, `repository` the host and path of its remote.
release_notes notes_between(notes_side there,
                            notes_side next,
                            const std::string& folder,
                            const std::string& repository,
                            const surroundings& around);

/// The page of a commit; empty as for compare_link.
std::string commit_link(const std::string& repository, const std::string& commit);
/// `https://github.com/shop/orders/compare/1b40f7d…e20ffeb`, with GitLab's and Bitbucket's form where the
/// host is theirs; empty where `repository` is no host and path.
std::string compare_link(const std::string& repository, const std::string& before, const std::string& after);

}  // namespace cicd
