// The three APIs: GitHub REST (pulls), GitLab REST v4 (merge requests), Gitea v1 (pulls).
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/gitops/forge.hpp>
#include <cicd/system/url.hpp>

namespace cicd {

namespace deliver_gitops_forge {
namespace {

std::string_view name_of(forge_kind kind) {
  if (kind == forge_kind::github) return "GitHub";
  return kind == forge_kind::gitlab ? "GitLab" : "Gitea";
}

/// What the server says of its refusal: `message`, which GitLab gives as a list or an object too, or `error`
/// and `error_description` where its token or a parameter is wrong. Empty: nothing.
std::string words_of(const std::string& body) {
  const result<json> answer = parse_json(body);
  if (!answer) return displayable(cut_to(std::string(trimmed(body)), 200));
  std::vector<std::string> words;
  for (const char* name : {"message", "error", "error_description", "errors"}) {
    const json& said = (*answer)[name];
    if (said.is_null() || (said.is_array() && said.elements().empty())) continue;
    words.push_back(said.is_string() ? said.text() : compact(said));
  }
  return displayable(cut_to(fmt::format("{}", fmt::join(words, " ")), 300));
}

/// GitHub answers 403 too where a token asked too often, and says so.
bool is_rate_limited(const http_response& answer) {
  return answer.status == 429
         || (answer.status == 403
             && (answer.retry_after.count() > 0 || answer.body.find("rate limit") != std::string::npos));
}

bool is_busy(const http_response& answer) {
  return has_too_much_to_do(answer) || is_rate_limited(answer);
}

/// The host of the web and of the API for one that only SSH knows: port 443 is there for networks without
/// port 22.
std::string web_host_of(const std::string& host) {
  if (host == "ssh.github.com" || host == "www.github.com") return "github.com";
  return host == "altssh.gitlab.com" ? "gitlab.com" : host;
}

/// Of github.com, an enterprise with a subdomain of ghe.com, and a server of one's own.
std::string github_api_of(const std::string& scheme, const std::string& host) {
  if (host == "github.com" || host.ends_with(".ghe.com")) return "https://api." + host;
  return scheme + "://" + host + "/api/v3";
}

/// Gitea gives `refs/pull/<number>/head` as `ref` of a branch that is not there now.
std::string source_of(forge_kind kind, const json& pull) {
  if (kind == forge_kind::gitlab) return pull["source_branch"].text();
  return pull["head"][kind == forge_kind::gitea ? "label" : "ref"].text();
}

}  // namespace
}  // namespace deliver_gitops_forge

std::optional<forge_repository> forge_repository_of(forge_kind kind, std::string_view address) {
  std::string scheme = "https", rest(address);
  if (const auto colons = rest.find("://"); colons != rest.npos) {
    if (rest.starts_with("http://")) scheme = "http";
    const bool is_web = rest.starts_with("http");
    rest = rest.substr(colons + 3);
    if (const auto at = rest.find('@'); at < rest.find('/')) rest = rest.substr(at + 1);
    // The port of SSH is none of the web.
    if (const auto colon = rest.find(':'); !is_web && colon < rest.find('/'))
      rest.erase(colon, rest.find('/') - colon);
  } else if (const auto colon = rest.find(':'); colon != rest.npos && rest.find('/') > colon) {
    rest = rest.substr(rest.find('@') == rest.npos ? 0 : rest.find('@') + 1);
    rest[rest.find(':')] = '/';
  } else {
    return {};
  }
  const auto slash = rest.find('/');
  if (slash == rest.npos || slash == 0) return {};
  const std::string host = deliver_gitops_forge::web_host_of(rest.substr(0, slash));
  std::string project = rest.substr(slash + 1);
  while (project.ends_with('/')) project.pop_back();
  if (project.ends_with(".git")) project.resize(project.size() - 4);
  while (project.starts_with('/')) project.erase(0, 1);
  const auto names = std::ranges::count(project, '/') + 1;
  if (names < 2 || (kind != forge_kind::gitlab && names != 2)) return {};
  std::string api = scheme + "://" + host;
  if (kind == forge_kind::github) api = deliver_gitops_forge::github_api_of(scheme, host);
  if (kind == forge_kind::gitlab) api += "/api/v4";
  if (kind == forge_kind::gitea) api += "/api/v1";
  return forge_repository{kind, std::move(api), std::move(project)};
}

forge::forge(forge_repository of, const secret_value& token, asker ask, pause wait)
    : of_(std::move(of)),
      token_(std::string(trimmed(token.revealed()))),
      hidden_({token_}),
      ask_(std::move(ask)),
      wait_(std::move(wait)) {}

std::string forge::shown(const std::string& text) const {
  return displayable(hidden_.masked(text));
}

std::string forge::below_project(const std::string& path) const {
  if (of_.kind == forge_kind::gitlab) return "/projects/" + percent_encoded(of_.project) + path;
  const auto slash = of_.project.find('/');
  return "/repos/" + percent_encoded(of_.project.substr(0, slash)) + "/"
         + percent_encoded(of_.project.substr(slash + 1)) + path;
}

std::string forge::pulls(const std::string& path) const {
  return (of_.kind == forge_kind::gitlab ? "/merge_requests" : "/pulls") + path;
}

result<http_response> forge::sent(const std::string& method,
                                  const std::string& path,
                                  const json& body) const {
  using namespace deliver_gitops_forge;
  web_request request{.method = method, .url = of_.api + below_project(path)};
  request.headers = {
      {"Accept", of_.kind == forge_kind::github ? "application/vnd.github+json" : "application/json"},
      {"User-Agent", "cicd"}};
  const std::string token(token_.revealed());
  if (of_.kind == forge_kind::gitlab)
    request.headers.emplace_back("PRIVATE-TOKEN", token);
  else
    request.headers.emplace_back("Authorization",
                                 (of_.kind == forge_kind::github ? "Bearer " : "token ") + token);
  if (of_.kind == forge_kind::github) request.headers.emplace_back("X-GitHub-Api-Version", "2022-11-28");
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = compact(body);
  }
  return asked_again(request, ask_, wait_, is_busy);
}

result<json> forge::read(const http_response& answer, bool is_status) const {
  using namespace deliver_gitops_forge;
  if (answer.status >= 200 && answer.status < 300)
    if (result<json> document = parse_json(answer.body)) return document;
  const bool is_limited = is_rate_limited(answer);
  const bool is_refused = !is_limited && (answer.status == 401 || answer.status == 403);
  std::string what = fmt::format("does not answer as it should (status {})", answer.status);
  const std::string_view wanted = is_status ? "set the status of commits" : "open pull requests";
  if (is_refused) what = fmt::format("does not let this token {}", wanted);
  if (is_limited) what = fmt::format("takes no more requests of this token now (status {})", answer.status);
  error failure = not_as_documented(fmt::format("{} {}", name_of(of_.kind), what));
  // Masked before it is cut: the beginning of a token is none that would be found.
  if (const std::string words = words_of(hidden_.masked(answer.body)); !words.empty())
    failure = std::move(failure).with("it said", words);
  if (answer.retry_after.count() > 0)
    return std::move(failure).with("try", fmt::format("again in {} s", answer.retry_after.count()));
  if (is_limited) return std::move(failure).with("try", "again later");
  if (is_status && (is_refused || answer.status == 404))
    return std::move(failure).with(
        "try",
        "a token that may write the status of commits of this repository: at GitHub `statuses: write`, at "
        "GitLab the scope `api`, at Gitea `write:repository`; and whether the commit is pushed");
  if (is_refused || answer.status == 404)
    failure = std::move(failure).with(
        "try",
        "a token of PULL_REQUEST_TOKEN that may read this repository and write its pull requests"
            + std::string(answer.status == 404 ? "; and whether pull requests are enabled there" : ""));
  return failure;
}

result<json> forge::ask(const std::string& method, const std::string& path, const json& body) const {
  const result<http_response> answer = sent(method, path, body);
  if (!answer) return answer.error();
  return read(*answer);
}

error forge::not_as_documented(const std::string& what) const {
  return error{exit_class::remote, {}, what, of_.api + below_project(""), {}};
}

result<open_pull_request> forge::one_of(const json& answer) const {
  const bool is_gitlab = of_.kind == forge_kind::gitlab;
  const std::int64_t number = answer[is_gitlab ? "iid" : "number"].integer();
  const std::string link = shown(answer[is_gitlab ? "web_url" : "html_url"].text());
  if (number > 0 && (link.starts_with("https://") || link.starts_with("http://")))
    return open_pull_request{std::to_string(number), link, shown(answer["title"].text())};
  return not_as_documented("the answer of the server is not a pull request");
}

/// A fork's branch may have any name, and what it holds is not ours.
bool forge::is_of_branches(const json& each, const std::string& branch, const std::string& onto) const {
  const bool is_gitlab = of_.kind == forge_kind::gitlab;
  const json& from = is_gitlab ? each["source_project_id"] : each["head"]["repo"]["id"];
  const json& to = is_gitlab ? each["target_project_id"] : each["base"]["repo"]["id"];
  const std::string& base = is_gitlab ? each["target_branch"].text() : each["base"]["ref"].text();
  return deliver_gitops_forge::source_of(of_.kind, each) == branch && base == onto && to.integer() > 0
         && from == to;
}

/// Gitea filters by no branch that a pull request comes from, and GitLab gives those of forks too, so that
/// all pages are looked through.
result<std::optional<open_pull_request>> forge::open_one(const std::string& branch,
                                                         const std::string& onto) const {
  using namespace deliver_gitops_forge;
  constexpr int most_pages = 40;
  const std::string owner = of_.project.substr(0, of_.project.find('/'));
  for (int page = 1; page <= most_pages; ++page) {
    std::string query = "?state=open&limit=50";
    if (of_.kind == forge_kind::github)
      query = "?state=open&per_page=100&head=" + percent_encoded(owner + ":" + branch)
              + "&base=" + percent_encoded(onto);
    if (of_.kind == forge_kind::gitlab)
      query = "?state=opened&per_page=100&source_branch=" + percent_encoded(branch)
              + "&target_branch=" + percent_encoded(onto);
    query += "&page=" + std::to_string(page);
    const result<json> listed = ask("GET", pulls(query), {});
    if (!listed) return listed.error();
    if (!listed->is_array()) return not_as_documented("the answer of the server is not a list");
    for (const json& each : listed->elements()) {
      if (!is_of_branches(each, branch, onto)) continue;
      result<open_pull_request> found = one_of(each);
      if (!found) return std::move(found).error();
      return std::optional(*std::move(found));
    }
    if (listed->elements().empty()) break;
  }
  return std::optional<open_pull_request>();
}

result<open_pull_request> forge::make(const std::string& branch,
                                      const std::string& onto,
                                      const pull_request_text& text) const {
  json body(json::object{});
  body.set("title", text.title);
  if (of_.kind == forge_kind::gitlab)
    body.set("description", text.body)
        .set("source_branch", branch)
        .set("target_branch", onto)
        .set("remove_source_branch", true);
  else
    body.set("body", text.body).set("head", branch).set("base", onto);
  const result<http_response> answer = sent("POST", pulls(""), body);
  if (!answer) return answer.error();
  // Another run, or an attempt whose answer was lost, can have opened it meanwhile.
  if (answer->status == 409 || answer->status == 422)
    if (result<std::optional<open_pull_request>> open = open_one(branch, onto); open && *open)
      return **std::move(open);
  const result<json> made = read(*answer);
  if (!made) return made.error();
  return one_of(*made);
}

status forge::retitle(const open_pull_request& which, const pull_request_text& text) const {
  const bool is_gitlab = of_.kind == forge_kind::gitlab;
  json body(json::object{});
  body.set("title", text.title).set(is_gitlab ? "description" : "body", text.body);
  const result<json> done = ask(is_gitlab ? "PUT" : "PATCH", pulls("/" + which.number), body);
  return done ? status{} : status(done.error());
}

status forge::close(const open_pull_request& which) const {
  const bool is_gitlab = of_.kind == forge_kind::gitlab;
  json body(json::object{});
  body.set(is_gitlab ? "state_event" : "state", is_gitlab ? "close" : "closed");
  const result<json> done = ask(is_gitlab ? "PUT" : "PATCH", pulls("/" + which.number), body);
  return done ? status{} : status(done.error());
}

status forge::set_status(const commit_status& of) const {
  constexpr std::size_t longest = 140;  // of GitHub, which refuses more
  using state = commit_status::state;
  const bool is_gitlab = of_.kind == forge_kind::gitlab;
  const char* failure = is_gitlab ? "failed" : "failure";
  json body(json::object{});
  body.set("state", of.is == state::success ? "success" : of.is == state::failure ? failure : "pending");
  body.set("context", of.context).set("description", cut_to(displayable(of.description), longest));
  if (!of.link.empty()) body.set("target_url", of.link);
  const result<http_response> answer = sent("POST", "/statuses/" + of.commit, body);
  if (!answer) return answer.error();
  // GitLab refuses to set a status that is there already.
  if (is_gitlab && answer->status == 400 && answer->body.find("Cannot transition") != std::string::npos)
    return {};
  const result<json> done = read(*answer, true);
  return done ? status{} : status(done.error());
}

}  // namespace cicd
