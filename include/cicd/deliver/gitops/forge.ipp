// The three APIs: GitHub REST (pulls), GitLab REST v4 (merge requests), Gitea v1 (pulls).
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/gitops/forge.hpp>

namespace cicd {

namespace deliver_gitops_forge {
namespace {

/// RFC 3986, section 2.3: all but unreserved characters.
std::string encoded(std::string_view text) {
  std::string all;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                          || std::string_view("-._~").find(c) != std::string_view::npos;
    all += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return all;
}

std::string_view name_of(forge_kind kind) {
  if (kind == forge_kind::github) return "GitHub";
  return kind == forge_kind::gitlab ? "GitLab" : "Gitea";
}

/// What the server says of its refusal: `message`, which GitLab gives as a list or an object too.
std::string words_of(const std::string& body) {
  const result<json> answer = parse_json(body);
  if (!answer) return displayable(cut_to(std::string(trimmed(body)), 200));
  std::string words =
      (*answer)["message"].is_string() ? (*answer)["message"].text() : compact((*answer)["message"]);
  if ((*answer)["errors"].is_array()) words += " " + compact((*answer)["errors"]);
  return displayable(cut_to(words, 300));
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
  const std::string host = rest.substr(0, slash);
  std::string project = rest.substr(slash + 1);
  while (project.ends_with('/')) project.pop_back();
  if (project.ends_with(".git")) project.resize(project.size() - 4);
  while (project.starts_with('/')) project.erase(0, 1);
  const auto names = std::ranges::count(project, '/') + 1;
  if (names < 2 || (kind != forge_kind::gitlab && names != 2)) return {};
  std::string api = scheme + "://" + host;
  if (kind == forge_kind::github) api = host == "github.com" ? "https://api.github.com" : api + "/api/v3";
  if (kind == forge_kind::gitlab) api += "/api/v4";
  if (kind == forge_kind::gitea) api += "/api/v1";
  return forge_repository{kind, std::move(api), std::move(project)};
}

forge::forge(forge_repository of, secret_value token, asker ask)
    : of_(std::move(of)), token_(std::move(token)), ask_(std::move(ask)) {}

std::string forge::below_project(const std::string& path) const {
  using deliver_gitops_forge::encoded;
  if (of_.kind == forge_kind::gitlab) return "/projects/" + encoded(of_.project) + "/merge_requests" + path;
  const auto slash = of_.project.find('/');
  return "/repos/" + encoded(of_.project.substr(0, slash)) + "/" + encoded(of_.project.substr(slash + 1))
         + "/pulls" + path;
}

result<json> forge::ask(const std::string& method, const std::string& path, const json& body) const {
  using namespace deliver_gitops_forge;
  web_request request{.method = method, .url = of_.api + below_project(path)};
  request.headers = {
      {"Accept", of_.kind == forge_kind::github ? "application/vnd.github+json" : "application/json"},
      {"User-Agent", "cicd"}};
  const std::string token(trimmed(token_.revealed()));
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
  const result<http_response> answer = ask_(request);
  if (!answer) return answer.error();
  if (answer->status >= 200 && answer->status < 300) {
    result<json> read = parse_json(answer->body);
    if (read) return read;
  }
  const bool is_refused = answer->status == 401 || answer->status == 403;
  error failure{
      is_refused ? exit_class::policy : exit_class::remote,
      {},
      fmt::format("{} {}", name_of(of_.kind),
                  is_refused ? "does not let this token open pull requests"
                             : fmt::format("does not answer as it should (status {})", answer->status)),
      of_.api + below_project(""),
      {}};
  failure = std::move(failure).with("it said", words_of(answer->body));
  if (is_refused || answer->status == 404)
    failure = std::move(failure).with(
        "try", "a token of PULL_REQUEST_TOKEN that may read this repository and write its pull requests");
  return failure;
}

result<pull_request> forge::one_of(const json& answer) const {
  const bool is_gitlab = of_.kind == forge_kind::gitlab;
  const std::int64_t number = answer[is_gitlab ? "iid" : "number"].integer();
  const std::string& link = answer[is_gitlab ? "web_url" : "html_url"].text();
  if (number > 0 && !link.empty()) return pull_request{std::to_string(number), link, answer["title"].text()};
  return error{exit_class::remote,
               {},
               "the answer of the server is not a pull request",
               of_.api + below_project(""),
               {}};
}

/// Gitea has no filter for branches, so that all that are open are looked through.
result<std::optional<pull_request>> forge::open_one(const std::string& branch,
                                                    const std::string& onto) const {
  using deliver_gitops_forge::encoded;
  constexpr int most_pages = 40;
  const std::string owner = of_.project.substr(0, of_.project.find('/'));
  for (int page = 1; page <= most_pages; ++page) {
    std::string query = "?state=open&limit=50&page=" + std::to_string(page);
    if (of_.kind == forge_kind::github)
      query = "?state=open&head=" + encoded(owner + ":" + branch) + "&base=" + encoded(onto);
    if (of_.kind == forge_kind::gitlab)
      query = "?state=opened&source_branch=" + encoded(branch) + "&target_branch=" + encoded(onto);
    const result<json> listed = ask("GET", query, {});
    if (!listed) return listed.error();
    for (const json& each : listed->elements()) {
      const bool is_gitlab = of_.kind == forge_kind::gitlab;
      const std::string& from = is_gitlab ? each["source_branch"].text() : each["head"]["ref"].text();
      const std::string& to = is_gitlab ? each["target_branch"].text() : each["base"]["ref"].text();
      if (from != branch || to != onto) continue;
      result<pull_request> found = one_of(each);
      if (!found) return std::move(found).error();
      return std::optional(*std::move(found));
    }
    if (of_.kind != forge_kind::gitea || listed->elements().empty()) break;
  }
  return std::optional<pull_request>();
}

result<pull_request> forge::make(const std::string& branch,
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
  const result<json> made = ask("POST", "", body);
  if (!made) return made.error();
  return one_of(*made);
}

status forge::retitle(const pull_request& which, const pull_request_text& text) const {
  const bool is_gitlab = of_.kind == forge_kind::gitlab;
  json body(json::object{});
  body.set("title", text.title).set(is_gitlab ? "description" : "body", text.body);
  const result<json> done = ask(is_gitlab ? "PUT" : "PATCH", "/" + which.number, body);
  return done ? status{} : status(done.error());
}

status forge::close(const pull_request& which) const {
  const bool is_gitlab = of_.kind == forge_kind::gitlab;
  json body(json::object{});
  body.set(is_gitlab ? "state_event" : "state", is_gitlab ? "close" : "closed");
  const result<json> done = ask(is_gitlab ? "PUT" : "PATCH", "/" + which.number, body);
  return done ? status{} : status(done.error());
}

}  // namespace cicd
