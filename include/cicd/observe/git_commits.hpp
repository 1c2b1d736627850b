// The commits of a history, and the one that a word names. Asks git.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <cicd/system/environment.hpp>

namespace cicd {

struct past_commit {
  std::string id;  ///< 40 digits
  std::chrono::system_clock::time_point when{};
  std::vector<std::string> tags;  ///< that point at it
  std::string subject;            ///< the first line of its message

  std::string short_id() const { return id.substr(0, 7); }
};

/// A commit and those before it, each the first parent of the one before, at most `most`. Those that a
/// shallow clone lacks are not among them; none where the commit is not known here.
std::vector<past_commit> first_parents(const std::string& folder,
                                       const std::string& commit,
                                       std::size_t most,
                                       const surroundings& around);

/// The commits of `to` that `from` does not have and that change what lies in `folder`, the newest first;
/// nothing where one of the two is not known here, or a shallow clone cannot tell.
std::optional<std::vector<past_commit>> commits_between(const std::string& folder,
                                                        const std::string& from,
                                                        const std::string& to,
                                                        const surroundings& around);

/// The commit that a tag, a branch or its first digits name; nothing where none or several do.
std::optional<std::string> commit_named(const std::string& folder,
                                        const std::string& word,
                                        const surroundings& around);

/// Who wrote a commit, as `Name <address>`; empty where it is not known here.
std::string author_of(const std::string& folder, const std::string& commit, const surroundings& around);

}  // namespace cicd
