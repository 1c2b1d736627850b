// The API server's answers, read: objects, `Status` objects, and the plain text of the proxy's own troubles.
#pragma once

#include <cicd/kubernetes/api/api_error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd::kubernetes {

namespace kubernetes_api_api_error_answer {
namespace {

bool says(std::string_view text, std::string_view what) {
  return text.find(what) != text.npos;
}

/// The words that the API has for a status, where only the status came.
std::string reason_for(int status) {
  switch (status) {
    case 400: return "BadRequest";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "NotFound";
    case 409: return "Conflict";
    case 410: return "Expired";
    case 413: return "RequestEntityTooLarge";
    case 422: return "Invalid";
    case 429: return "TooManyRequests";
    case 503: return "ServiceUnavailable";
    case 504: return "Timeout";
    default: return status >= 500 ? "InternalError" : "Unknown";
  }
}

api_failure from_status_object(const json& status, int code) {
  api_failure failure{.code = code, .reason = status["reason"].text(), .message = status["message"].text()};
  if (failure.reason.empty()) failure.reason = reason_for(code);
  for (const json& each : status["details"]["causes"].elements()) {
    failure.causes.push_back({each["reason"].text(), each["field"].text(), each["message"].text()});
  }
  return failure;
}

/// `kubectl proxy` tells its own troubles as text with status 500 (502 from other proxies).
api_failure from_text(const http_response& response) {
  const std::string text(trimmed(response.body));
  api_failure failure{.code = response.status, .reason = reason_for(response.status), .message = text};
  if (says(text, "getting credentials")) {
    failure.reason = api_reason::login;
  } else if (response.status == 502
             || (response.status == 500
                 && (text.starts_with("dial ") || says(text, "x509") || says(text, "tls: ")
                     || says(text, "EOF") || says(text, "proxyconnect") || says(text, "connection re")
                     || says(text, "timeout") || says(text, "server gave HTTP response to HTTPS client")))) {
    failure.reason = api_reason::unreachable;
  }
  if (failure.message.empty()) failure.message = fmt::format("HTTP status {}", response.status);
  return failure;
}

/// The text of `299 - "text"`, whose quotation marks are escaped.
std::string warning_text(std::string_view header) {
  const auto open = header.find('"');
  if (open == header.npos) return {};
  std::string text;
  for (std::size_t at = open + 1; at < header.size() && header[at] != '"'; ++at) {
    if (header[at] == '\\' && at + 1 < header.size()) ++at;
    text += header[at];
  }
  return text;
}

std::vector<std::string> warnings_of(const http_response& response) {
  std::vector<std::string> texts;
  for (const std::string& each : response.warnings)
    if (std::string text = warning_text(each); !text.empty()) texts.push_back(std::move(text));
  return texts;
}

}  // namespace
}  // namespace kubernetes_api_api_error_answer

api_answer answer_from(const http_response& response) {
  const bool good = response.status >= 200 && response.status < 300;
  result<json> body = parse_json(response.body);
  if (good && body && body->is_object())
    return {.object = *std::move(body),
            .failure = {},
            .warnings = kubernetes_api_api_error_answer::warnings_of(response)};
  if (!good && body && (*body)["kind"].text() == "Status")
    return {.object = {},
            .failure = kubernetes_api_api_error_answer::from_status_object(*body, response.status)};
  if (!good) return {.object = {}, .failure = kubernetes_api_api_error_answer::from_text(response)};
  api_failure failure{.code = response.status, .reason = std::string(api_reason::not_kubernetes)};
  failure.message = body ? "no object but " + cut_to(displayable(response.body), 60)
                         : "the answer is not JSON: " + body.error().what;
  return {.object = {}, .failure = std::move(failure)};
}

api_failure failure_from(const error& transport) {
  const bool stopped = transport.kind == exit_class::interrupted;
  return {.code = 0,
          .reason = std::string(stopped ? api_reason::cancelled : api_reason::broken),
          .message = transport.what};
}

api_answer answer_from(result<http_response> response) {
  if (!response) return {.object = {}, .failure = failure_from(response.error())};
  return answer_from(*response);
}

bool passes_by_itself(const api_failure& failure) {
  if (failure.reason == api_reason::broken) return true;
  if (failure.reason == api_reason::login) return false;
  if (failure.reason == api_reason::unreachable) {
    constexpr std::array<std::string_view, 4> lasting{"no such host", "x509",
                                                      "tls: ", "HTTP response to HTTPS"};
    return std::none_of(lasting.begin(), lasting.end(), [&](std::string_view words) {
      return kubernetes_api_api_error_answer::says(failure.message, words);
    });
  }
  if (kubernetes_api_api_error_answer::says(failure.message, "failed to create typed "))
    return false;  // a field that is not known
  constexpr std::array<int, 5> passing{429, 500, 502, 503, 504};
  return std::find(passing.begin(), passing.end(), failure.code) != passing.end();
}

bool had_no_effect(const api_failure& failure) {
  return failure.code == 429
         || (failure.reason == api_reason::unreachable && failure.message.starts_with("dial "));
}

}  // namespace cicd::kubernetes
