// Sending again what failed in passing.
#pragma once

#include <cicd/kubernetes/api/retries.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/base/text.hpp>

namespace cicd::kubernetes {

namespace kubernetes_api_retries {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t at_once = 8;
constexpr std::chrono::milliseconds first_pause = 100ms, longest_pause = 3'000ms;
/// Reading takes the server moments; a change may wait for webhooks, which have up to 30 s.
constexpr std::chrono::milliseconds reading_limit = 10s;

/// The requests that are still to be answered, and how long they have been tried.
struct round {
  std::vector<std::size_t> open;
  std::chrono::milliseconds pause = first_pause;
  int tries = 0;
};

bool worth_another_try(const api_failure& failure, effect of) {
  return passes_by_itself(failure) && (of == effect::idempotent || had_no_effect(failure));
}

void say_how_long(api_failure& failure, std::chrono::milliseconds time, int tries) {
  if (tries < 2) return;
  failure.message += fmt::format(" (tried {} times in {})", tries, human_duration(time));
}

}  // namespace
}  // namespace kubernetes_api_retries

api_client::api_client(http_address where, const cancellation* cancelled, const clock& time)
    : http_(std::move(where), cancelled), cancelled_(cancelled), time_(time) {}

std::vector<api_answer> api_client::send_all(const std::vector<http_request>& requests, effect of) {
  namespace calls = kubernetes_api_retries;
  std::vector<api_answer> answers(requests.size());
  const auto begun = time_.elapsed();
  calls::round now;
  for (std::size_t each = 0; each < requests.size(); ++each) now.open.push_back(each);
  while (!now.open.empty()) {
    std::vector<http_request> asked;
    for (const std::size_t which : now.open) asked.push_back(requests[which]);
    auto got = http_.send_all(asked, calls::at_once);
    ++now.tries;
    std::vector<std::size_t> again;
    std::chrono::milliseconds pause = now.pause;
    for (std::size_t each = 0; each < got.size(); ++each) {
      if (got[each]) pause = std::max<std::chrono::milliseconds>(pause, got[each]->retry_after);
      api_answer& answer = answers[now.open[each]] = answer_from(std::move(got[each]));
      if (!answer && calls::worth_another_try(*answer.failure, of)) again.push_back(now.open[each]);
    }
    now.open = std::move(again);
    const bool is_owed = now.tries < least_tries_ && pause <= calls::longest_pause;
    const bool time_left = is_owed || time_.elapsed() + pause < begun + patience_;
    if (now.open.empty() || !time_left || !time_.wait(pause, cancelled_)) break;
    now.pause = std::min(2 * now.pause, calls::longest_pause);
  }
  for (const std::size_t which : now.open)
    calls::say_how_long(*answers[which].failure, time_.elapsed() - begun, now.tries);
  return answers;
}

api_answer api_client::send(const http_request& request, effect of) {
  return std::move(send_all({request}, of).front());
}

result<http_response> api_client::text(const http_request& request) {
  const auto deadline = time_.elapsed() + patience_;
  for (auto wait = kubernetes_api_retries::first_pause;;
       wait = std::min(2 * wait, kubernetes_api_retries::longest_pause)) {
    result<http_response> got = http_.send(request);
    if (got && got->status == 200) return got;
    const api_failure failure = got ? *answer_from(*got).failure : failure_from(got.error());
    const bool time_left = time_.elapsed() + wait < deadline;
    if (!passes_by_itself(failure) || !time_left || !time_.wait(wait, cancelled_)) return got;
  }
}

http_request json_request(std::string method, std::string target, const json& body, std::string_view type) {
  http_request request{.method = std::move(method), .target = std::move(target)};
  request.headers.emplace_back("Accept", "application/json");
  if (request.method == "GET") request.limit = kubernetes_api_retries::reading_limit;
  if (body.is_null()) return request;
  request.headers.emplace_back("Content-Type", type);
  request.body = compact(body);
  return request;
}

}  // namespace cicd::kubernetes
