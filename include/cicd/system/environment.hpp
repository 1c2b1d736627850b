// The process's surroundings, as a port: variables and standard folders. Below the driver no room calls
// getenv.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// A snapshot of the environment variables.
class surroundings {
 public:
  explicit surroundings(std::map<std::string, std::string, std::less<>> variables);
  /// Those of this process.
  static surroundings of_process();

  std::optional<std::string> get(std::string_view name) const;
  std::string get_or(std::string_view name, std::string_view otherwise) const;
  const std::map<std::string, std::string, std::less<>>& all() const { return variables_; }
  /// All of them as a process gets them, `NAME=value`.
  std::vector<std::string> lines() const;

  /// Names variables that no command of a team gets, a step's or VERIFY's; the programs that we ask ourselves
  /// do.
  void keep_from_commands(const std::set<std::string, std::less<>>& names);
  /// What commands of a team may get.
  surroundings for_commands() const;

  std::string home() const;
  /// The same variables for a user whose home folder in the user database is `home`.
  surroundings of_account(std::string home) const;
  /// The home folder that the user database has, which some programs take whatever HOME says, such as Java;
  /// empty where it has none.
  const std::string& account_home() const { return account_home_; }
  /// CICD_CACHE_DIR, or `cicd` in XDG_CACHE_HOME or ~/.cache.
  std::string cache_folder() const;
  /// CICD_STATE_DIR, or `cicd` in XDG_STATE_HOME or ~/.local/state.
  std::string state_folder() const;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
  std::set<std::string, std::less<>> kept_{};
  std::string account_home_;
};

}  // namespace cicd
