// HTTP/1.1 over a Unix socket, TCP or TLS, many requests and streams at once, driven by the thread that
// waits. It does not know what is asked; it never follows a redirect and never tries again (`web.hpp` does
// the first).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

struct http_request {
  std::string method = "GET";
  std::string target;  ///< path and query, percent-encoded
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::chrono::milliseconds limit{30'000};  ///< for the whole answer; of a stream: for its head only
  /// For the connection, and once more for the TLS handshake; 0: `limit` alone.
  std::chrono::milliseconds connect_limit{0};
  std::size_t most_bytes = 256U << 20U;  ///< of the answer's body
};

struct http_response {
  int status = 0;
  std::string body;
  std::chrono::seconds retry_after{0};  ///< of `Retry-After`
  std::vector<std::string> warnings{};  ///< `Warning`, as they came
  std::string location{};               ///< `Location`, as it came
};

/// Whose certificates are believed, in PEM: those of the system where a member is empty. Read when the first
/// connection with TLS is made.
struct http_trust {
  std::string file;    ///< a bundle
  std::string folder;  ///< one or more, `:` between them, as `openssl rehash` makes them
  /// SSL_CERT_FILE and SSL_CERT_DIR.
  static http_trust of(const surroundings& around);
};

struct http_proxy {
  std::string host;
  int port = 0;
  std::string login{};  ///< `name:password`, in no message
};

/// Where to: a path of a Unix socket, or host and port.
struct http_address {
  std::string socket;
  std::string host;
  int port = 0;
  /// With it by TLS (1.2 or later); the server's certificate is checked, and that it is for `host`.
  std::optional<http_trust> tls{};
  std::optional<http_proxy> proxy{};

  /// `https://host:8443`, without the port where it is the usual one; empty for a Unix socket.
  std::string origin() const;
};

/// A client for one server. Keeps connections open between calls. Not thread-safe; each call drives its own
/// loop on the calling thread and returns when it is done. Cancelled: class `interrupted`. A failure of
/// transport, a certificate that is not accepted too, is class `remote`; a bundle of certificates that cannot
/// be read is `usage`.
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
