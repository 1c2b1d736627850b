// How many commits of a folder lie between two commits of a repository, and the tags near them: many
// questions, for which git is started once. It does not know what is deployed from which commit.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// How far a commit is from another, in commits that change something below a folder. Merges are not counted:
/// what they bring is.
struct commit_distance {
  std::optional<std::size_t> behind{};  ///< commits that it lacks; nothing: not known, and `why` says so
  std::size_t ahead = 0;                ///< commits that only it has
  std::string why{};                    ///< `a shallow clone`
};

class commit_graph {
 public:
  /// What is read: all before these commits, back to `since` and at most `most`.
  struct request {
    std::vector<std::string> tips;  ///< commits, 40 digits each; those that are not known here are left out
    bool with_tags = false;         ///< from all tags, too
    std::optional<std::chrono::system_clock::time_point> since{};
    std::size_t most = 5'000;
  };
  /// `top` is the root of the work tree.
  static result<commit_graph> read(const std::string& top, const request& what, const surroundings& around);

  /// How far `commit` is behind `newer`. `below` is a path from the root; empty: the whole repository.
  commit_distance distance(const std::string& commit, const std::string& newer, std::string_view below) const;

  struct tag {
    std::string name, commit;
  };
  /// Of the commits that were read, the newest commit first.
  const std::vector<tag>& tags() const { return tags_; }

 private:
  struct commit {
    std::vector<std::string> parents, files;
  };
  std::set<std::string, std::less<>> reached_from(const std::string& commit) const;
  std::string why_unknown(const std::string& commit) const;

  std::map<std::string, commit, std::less<>> commits_;
  std::set<std::string, std::less<>> ends_;  ///< at which a shallow clone ends
  std::vector<tag> tags_;
};

}  // namespace cicd
