// HTTP/1.1 over a Unix socket or TCP without TLS, many requests and streams at once, driven by the thread
// that waits. It does not know what is asked; it never follows a redirect and never tries again.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

struct http_request {
  std::string method = "GET";
  std::string target;  ///< path and query, percent-encoded
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::chrono::milliseconds limit{30'000};  ///< for the whole answer; of a stream: for its head only
};

struct http_response {
  int status = 0;
  std::string body;
  std::chrono::seconds retry_after{0};  ///< of `Retry-After`
  std::vector<std::string> warnings{};  ///< `Warning`, as they came
};

/// Where to: a path of a Unix socket, or host and port.
struct http_address {
  std::string socket;
  std::string host;
  int port = 0;
};

/// A client for one server. Keeps connections open between calls. Not thread-safe; each call drives its own
/// loop on the calling thread and returns when it is done. Cancelled: class `interrupted`. A failure of
/// transport is class `remote`.
class http_client {
 public:
  http_client(http_address where, const cancellation* cancelled = nullptr);
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  result<http_response> send(const http_request& request);
  /// All of them, at most `at_once` at a time; the answers in the order of the requests.
  std::vector<result<http_response>> send_all(const std::vector<http_request>& requests,
                                              std::size_t at_once = 8);

  /// Answers that do not end by themselves (watches, logs). The callbacks run on the thread that calls `run`.
  struct stream {
    http_request request;
    /// A line of the body, without its end.
    std::function<void(std::string_view line)> line;
    /// It ended: the status and, when it is no 200, the body; or why there was no answer. May open another.
    std::function<void(result<http_response>)> ended;
  };
  /// Opens a stream beside those that run; closed by destroying the handle.
  std::shared_ptr<void> open(stream what);
  /// Sends a request whose answer is called back during `run`.
  void post(http_request request, std::function<void(result<http_response>)> done);
  /// Calls back during `run` after `delay`, unless the handle is destroyed before.
  std::shared_ptr<void> after(std::chrono::milliseconds delay, std::function<void()> callback);
  /// Drives streams, posts and timers until `stop` is called, none is left, or cancelled (then
  /// `interrupted`).
  status run();
  void stop();

 private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

}  // namespace cicd
