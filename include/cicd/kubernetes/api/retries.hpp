// Calls to an API server with patience: what passes by itself is sent again. It knows requests; not kinds.
#pragma once

#include <cicd/kubernetes/api/api_error.hpp>
#include <cicd/system/clock.hpp>

namespace cicd::kubernetes {

/// How often a call may have its effect.
enum class effect : std::uint8_t { idempotent, once };

class api_client {
 public:
  api_client(http_address where, const cancellation* cancelled, const clock& time = system_clock_port());

  /// Failures that pass by themselves are tried again with growing pauses for at most `patience`; a refusal
  /// that lasted says how long it was tried.
  std::vector<api_answer> send_all(const std::vector<http_request>& requests, effect of);
  api_answer send(const http_request& request, effect of);
  /// The body as it is, such as a log.
  result<http_response> text(const http_request& request);

  http_client& http() { return http_; }
  /// A call that got no answer for longer than the patience is still sent `least_tries` times.
  void set_patience(std::chrono::milliseconds most, int least_tries = 2) {
    patience_ = most;
    least_tries_ = least_tries;
  }

 private:
  http_client http_;
  const cancellation* cancelled_;
  const clock& time_;
  std::chrono::milliseconds patience_{15'000};
  int least_tries_ = 2;
};

/// A request with a JSON body, or none where it is null.
http_request json_request(std::string method,
                          std::string target,
                          const json& body = {},
                          std::string_view type = "application/json");

}  // namespace cicd::kubernetes
