// Pull requests, and the status of commits, by the API of GitHub, GitLab or Gitea. It does not know what is
// proposed.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/declare/environments.hpp>
#include <cicd/system/web.hpp>

namespace cicd {

/// A repository as the API names it.
struct forge_repository {
  forge_kind kind = forge_kind::none;
  std::string api;      ///< `https://api.github.com`, `https://git.example.com/api/v4`
  std::string project;  ///< `team/manifests`
};
/// Of its page in a browser, or of what git is given (`git@host:team/manifests.git`); nothing for what has no
/// host and no two names.
std::optional<forge_repository> forge_repository_of(forge_kind kind, std::string_view address);

struct open_pull_request {
  std::string number, link, title;
};
/// How something went that was done with a commit.
struct commit_status {
  enum class state : std::uint8_t { pending, success, failure };
  std::string pipeline{};
  state is = state::pending;
  std::string commit{}, context{}, description{}, link{};
  bool operator==(const commit_status&) const = default;
};
struct pull_request_text {
  std::string title, body;
};

/// Each question is class `remote` where the server cannot be reached, fails, does not let the token in or
/// answers otherwise than its documentation says. One that has too much to do (429, 5xx) is asked again a few
/// times. The token is masked in all that it says.
class forge {
 public:
  using asker = std::function<result<http_response>(const web_request&)>;
  /// Lets so long pass; whether it may go on.
  using pause = std::function<bool(std::chrono::milliseconds)>;
  forge(forge_repository of, const secret_value& token, asker ask, pause wait);

  /// The open one of `branch` into `onto`, both of this repository: a fork's branch is another one.
  result<std::optional<open_pull_request>> open_one(const std::string& branch, const std::string& onto) const;
  /// Gives the one that is open already where there is one.
  result<open_pull_request> make(const std::string& branch,
                                 const std::string& onto,
                                 const pull_request_text& text) const;
  status retitle(const open_pull_request& which, const pull_request_text& text) const;
  status close(const open_pull_request& which) const;

  /// The last one of a context counts.
  cicd::status set_status(const commit_status& of) const;

 private:
  result<json> ask(const std::string& method, const std::string& path, const json& body) const;
  /// `path` is below the repository: `/pulls/3`.
  result<http_response> sent(const std::string& method, const std::string& path, const json& body) const;
  result<json> read(const http_response& answer, bool is_status = false) const;
  error not_as_documented(const std::string& what) const;
  std::string pulls(const std::string& path) const;
  bool is_of_branches(const json& each, const std::string& branch, const std::string& onto) const;
  std::string shown(const std::string& text) const;
  std::string below_project(const std::string& path) const;
  result<open_pull_request> one_of(const json& answer) const;

  forge_repository of_;
  secret_value token_;
  secret_finder hidden_;
  asker ask_;
  pause wait_;
};

}  // namespace cicd
