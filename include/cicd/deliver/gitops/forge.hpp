// Pull requests by the API of GitHub, GitLab or Gitea. It does not know what is proposed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/secret_value.hpp>
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

struct pull_request {
  std::string number, link, title;
};
struct pull_request_text {
  std::string title, body;
};

/// Each question is class `remote` where the server cannot be reached, fails or answers otherwise than its
/// documentation says; `policy` where the token is not let in.
class forge {
 public:
  using asker = std::function<result<http_response>(const web_request&)>;
  forge(forge_repository of, secret_value token, asker ask);

  /// The open one of `branch` of this repository, not of a fork, into `onto`.
  result<std::optional<pull_request>> open_one(const std::string& branch, const std::string& onto) const;
  result<pull_request> make(const std::string& branch,
                            const std::string& onto,
                            const pull_request_text& text) const;
  status retitle(const pull_request& which, const pull_request_text& text) const;
  status close(const pull_request& which) const;

 private:
  result<json> ask(const std::string& method, const std::string& path, const json& body) const;
  error refusal(const http_response& answer) const;
  std::string below_project(const std::string& path) const;
  result<pull_request> one_of(const json& answer) const;

  forge_repository of_;
  secret_value token_;
  asker ask_;
};

}  // namespace cicd
