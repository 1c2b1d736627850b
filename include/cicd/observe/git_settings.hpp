// What git's configuration says of remotes and upstreams, of many repositories: that of the machine and of
// the user is asked of git once, that of a repository is read where its file is plain, and else asked of git,
// too.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/observe/git_program.hpp>
#include <cicd/system/environment.hpp>

namespace cicd::observing {

/// `remote.origin.url`, `branch.main.remote`, `branch.main.merge` → value; the first one of several.
using git_settings = std::map<std::string, std::string, std::less<>>;

/// Asks git for those that hold in a work tree.
git_settings settings_of(const std::string& folder, const surroundings& around);

/// Those of the text of a configuration file; nothing where it has what only git reads well: an include, a
/// quote or backslash, a worktree's own configuration, something that is no line of such a file.
std::optional<git_settings> plain_settings_in(std::string_view text);

/// Answers as `settings_of`. Several threads may ask.
class settings_reader {
 public:
  explicit settings_reader(const surroundings& around) : around_(around) {}
  git_settings of(const git_layout& clone);

 private:
  std::optional<git_settings> plain(const git_layout& clone);
  const std::optional<git_settings>& outer();

  const surroundings& around_;
  std::once_flag asked_;
  std::optional<git_settings>
      outer_{};  ///< of the machine and the user; nothing: they depend on the repository
};

}  // namespace cicd::observing
