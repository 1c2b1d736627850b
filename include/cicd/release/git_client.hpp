// Git as a program, started so that nothing from outside becomes an option, a hook, a helper or a question on
// the terminal. It knows how git is called and how its failures are shown; not what is in a repository.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

class git_client {
 public:
  /// Class `usage` with how to install it when there is no git on PATH.
  static result<git_client> find(const surroundings& around, const cancellation* cancelled);

  /// `git <words>` with `input` on its standard input, in the repository `folder` (none when empty).
  captured run(const std::string& folder, std::vector<std::string> words, std::string input = {}) const;
  const cancellation* cancelled() const { return cancelled_; }

 private:
  git_client(std::string program, std::vector<std::string> environment, const cancellation* cancelled);
  std::string program_;
  std::vector<std::string> environment_;
  const cancellation* cancelled_;
};

/// `url` without a name or password in it, for people.
std::string shown_url(std::string_view url);

/// The error that a failed git becomes: its own last words, made safe to show, below `what`. Class `remote`,
/// or `interrupted` when it was ended by us.
error git_failure(const git_client& git, const std::string& url, std::string what, const captured& from);

/// Class `usage` for what git would take for an option, a program or a relative path.
status check_repository_url(const std::string& url, const surroundings& around);
/// Class `usage` for a name that no branch can have (git-check-ref-format).
status check_branch_name(const std::string& branch);

}  // namespace cicd
