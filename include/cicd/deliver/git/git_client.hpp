// Git as a program, started so that nothing from outside becomes an option, a hook, a helper or a question on
// the terminal. It knows how git is called and how its failures are shown; not what is in a repository.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

class git_client {
 public:
  /// Class `usage` with how to install it when there is no git on PATH. The login that `url` holds is given
  /// to git by its environment, as a credential helper.
  static result<git_client> find(const surroundings& around,
                                 const cancellation* cancelled,
                                 std::string_view url = {});

  /// `git <words>` with `input` on its standard input, in the repository `folder` (none when empty), with
  /// `more` variables.
  captured run(const std::string& folder,
               std::vector<std::string> words,
               std::string input = {},
               std::span<const std::string> more = {}) const;
  const cancellation* cancelled() const { return cancelled_; }

 private:
  git_client(std::string program, std::vector<std::string> environment, const cancellation* cancelled);
  std::string program_;
  std::vector<std::string> environment_;
  const cancellation* cancelled_;
};

/// `url` as it may stand among a program's words, which everybody on the machine can read: without a
/// password, and over HTTP without a name.
std::string url_without_login(const std::string& url);

/// The error that a failed git becomes: its own last words, made safe to show, below `what`. Class `remote`,
/// or `interrupted` when it was ended by us.
error git_failure(const git_client& git, const std::string& url, std::string what, const captured& from);

/// Class `usage` for what git would take for an option, a program or a relative path, and for a login that is
/// none. `what`: how messages call it.
status check_repository_url(const std::string& url,
                            const surroundings& around,
                            const std::string& what = "a manifest repository");
/// Class `usage` for a name that no branch can have (git-check-ref-format).
status check_branch_name(const std::string& branch);

}  // namespace cicd
