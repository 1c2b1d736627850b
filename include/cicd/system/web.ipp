// Asking by URL: a client for each server, and redirects.
#pragma once

#include <cicd/system/web.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <cicd/base/text.hpp>
#include <cicd/system/url.hpp>

namespace cicd {

namespace system_web {
namespace {

/// What may be told to any server.
constexpr std::array<std::string_view, 4> harmless{"accept", "accept-language", "range", "user-agent"};

void keep_harmless(web_request& request) {
  request.body.clear();
  std::erase_if(request.headers, [](const auto& header) {
    return std::find(harmless.begin(), harmless.end(), lower(header.first)) == harmless.end();
  });
}

bool is_redirect(const web_request& request, const http_response& answer) {
  constexpr std::array<int, 5> kinds{301, 302, 303, 307, 308};
  return (request.method == "GET" || request.method == "HEAD") && !answer.location.empty()
         && std::find(kinds.begin(), kinds.end(), answer.status) != kinds.end();
}

status checked(const web_request& request) {
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos) continue;
    return error{.kind = exit_class::usage,
                 .subject = {},
                 .what = "a header of a request has no line break",
                 .value = name,
                 .notes = {}};
  }
  return {};
}

error refused(const url& from, std::string what, std::string to, std::string tried) {
  return {.kind = exit_class::remote,
          .subject = {},
          .what = std::move(what),
          .value = shown_url(to.substr(0, to.find('?'))),
          .notes = {{"asked", "GET " + from.text()}, {"try", std::move(tried)}}};
}

/// Where the answer of `from` leads, if it may be followed.
result<url> followed(const url& from, const http_response& answer) {
  auto to = from.resolved(answer.location);
  if (!to)
    return refused(from, "it redirects to a URL that is not http or https", answer.location,
                   "the URL that it really has");
  to->login.clear();
  if (from.scheme == "https" && to->scheme == "http")
    return refused(from, "it redirects from https to http, which is not followed", to->text(),
                   "https, or the address that it means");
  return to;
}

}  // namespace
}  // namespace system_web

web_client::web_client(surroundings around, const cancellation* cancelled, const clock& time)
    : around_(std::move(around)), cancelled_(cancelled), time_(time) {}

web_client::~web_client() = default;

result<http_response> web_client::send(const web_request& request) {
  auto to = url::from(request.url);
  if (!to) return std::move(to).error();
  if (!to->login.empty()) {
    return error{.kind = exit_class::usage,
                 .subject = {},
                 .what = "a URL that is asked holds no name and password",
                 .value = shown_url(request.url),
                 .notes = {{"try", "the header Authorization"}}};
  }
  if (status good = system_web::checked(request); !good) return std::move(good).error();
  web_request current = request;
  const auto end = time_.elapsed() + request.limit;
  for (int redirects = 0;; ++redirects) {
    auto answer = ask(current, *to, end - time_.elapsed());
    if (!answer || !system_web::is_redirect(current, *answer)) return answer;
    if (redirects == request.most_redirects)
      return system_web::refused(*to, fmt::format("it redirects more than {} times", request.most_redirects),
                                 answer->location, "the URL that it means in the end");
    auto next = system_web::followed(*to, *answer);
    if (!next) return std::move(next).error();
    if (!next->same_server(*to)) system_web::keep_harmless(current);
    to = std::move(next);
  }
}

result<http_response> web_client::ask(const web_request& request,
                                      const struct url& to,
                                      std::chrono::milliseconds limit) {
  const auto client = client_for(to);
  if (!client) return client.error();
  return (*client)->send({.method = request.method,
                          .target = to.target,
                          .headers = request.headers,
                          .body = request.body,
                          .limit = std::max(limit, std::chrono::milliseconds(1)),
                          .connect_limit = request.connect_limit,
                          .most_bytes = request.most_bytes});
}

result<http_client*> web_client::client_for(const struct url& to) {
  http_address where{.socket = {}, .host = to.host, .port = to.port};
  if (to.scheme == "https") where.tls = http_trust::of(around_);
  auto& client = clients_[where.origin()];
  if (client) return client.get();
  auto proxy = proxy_for(to, around_);
  if (!proxy) return std::move(proxy).error();
  where.proxy = std::move(*proxy);
  client = std::make_unique<http_client>(std::move(where), cancelled_);
  return client.get();
}

bool has_too_much_to_do(const http_response& answer) {
  return answer.status == 429 || answer.status >= 500;
}

result<http_response> asked_again(const web_request& request,
                                  const std::function<result<http_response>(const web_request&)>& ask,
                                  const std::function<bool(std::chrono::milliseconds)>& wait,
                                  const std::function<bool(const http_response&)>& is_busy) {
  constexpr int most_attempts = 4;
  constexpr std::chrono::seconds longest_pause{60};
  std::chrono::milliseconds pause{1'000};
  for (int attempt = 1;; ++attempt, pause *= 2) {
    result<http_response> answer = ask(request);
    if (!answer || attempt == most_attempts || !is_busy(*answer) || answer->retry_after > longest_pause)
      return answer;
    if (!wait(std::max<std::chrono::milliseconds>(pause, answer->retry_after)))
      return error{exit_class::interrupted, {}, "interrupted", {}, {}};
  }
}

}  // namespace cicd
