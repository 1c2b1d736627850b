// The HTTP client: calls that are waited for and streams that are called back have a loop each, so that a
// callback of a stream may make a call.
#pragma once

#include <cicd/system/http.hpp>

#include <cicd/system/http_exchange.ipp>

namespace cicd {

namespace system_http {
namespace {

struct timer {
  explicit timer(engine& on) : waiting(on.context()), kept(std::in_place, on) {}
  steady_timer waiting;
  std::optional<interest> kept;

  void give_up() {
    kept.reset();
    waiting.cancel();
  }
};

/// Many requests, a few at a time.
class batch {
 public:
  batch(engine& on, const std::vector<http_request>& requests)
      : on_(on), requests_(requests), answers_(requests.size(), cancelled_error()), open_(requests.size()) {}

  std::vector<result<http_response>> answers(std::size_t at_once) {
    for (std::size_t count = 0; count < std::max<std::size_t>(at_once, 1); ++count) next();
    (void)on_.drive_until([this] { return answered_ == requests_.size(); });
    open_.clear();
    return std::move(answers_);
  }

 private:
  void next() {
    if (begun_ == requests_.size()) return;
    const std::size_t which = begun_++;
    open_[which] = begun(on_, requests_[which], [this, which](result<http_response> answer) {
      answers_[which] = std::move(answer);
      ++answered_;
      next();
    });
  }

  engine& on_;
  const std::vector<http_request>& requests_;
  std::vector<result<http_response>> answers_;
  std::vector<std::shared_ptr<void>> open_;
  std::size_t begun_ = 0;
  std::size_t answered_ = 0;
};

}  // namespace
}  // namespace system_http

struct http_client::inside {
  inside(const http_address& where, const cancellation* cancelled)
      : calls(where, cancelled), streams(where, cancelled) {}
  system_http::engine calls, streams;
  bool stopped = false;
};

http_client::http_client(http_address where, const cancellation* cancelled)
    : inside_(std::make_unique<inside>(where, cancelled)) {}

http_client::~http_client() = default;

result<http_response> http_client::send(const http_request& request) {
  return std::move(send_all({request}, 1).front());
}

std::vector<result<http_response>> http_client::send_all(const std::vector<http_request>& requests,
                                                         std::size_t at_once) {
  return system_http::batch(inside_->calls, requests).answers(at_once);
}

std::shared_ptr<void> http_client::open(stream what) {
  return system_http::begun(inside_->streams, std::move(what.request), std::move(what.ended),
                            std::move(what.line));
}

void http_client::post(http_request request, std::function<void(result<http_response>)> done) {
  std::make_shared<system_http::exchange>(inside_->streams, std::move(request), std::move(done))->begin();
}

std::shared_ptr<void> http_client::after(std::chrono::milliseconds delay, std::function<void()> callback) {
  auto timer = std::make_shared<system_http::timer>(inside_->streams);
  timer->waiting.expires_after(delay);
  timer->waiting.async_wait([timer, call = std::move(callback)](const system_http::error_code& problem) {
    if (problem || !timer->kept) return;
    timer->kept.reset();
    call();
  });
  return system_http::handle_of(timer);
}

status http_client::run() {
  inside_->stopped = false;
  return inside_->streams.drive_until([this] { return inside_->stopped || inside_->streams.pending() == 0; });
}

void http_client::stop() {
  inside_->stopped = true;
}

}  // namespace cicd
