// A question to a server of the web, by its URL: over TLS or plain, by the proxy that the variables name, and
// on to where the server redirects. It does not know what is asked.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/http.hpp>

namespace cicd {

struct url;

struct web_request {
  std::string method = "GET";
  std::string url;  ///< `https://host[:port]/path?query`; no name and password in it
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::chrono::milliseconds limit{30'000};          ///< for all of it
  std::chrono::milliseconds connect_limit{10'000};  ///< for each connection, and again for its TLS handshake
  std::size_t most_bytes = 64U << 20U;              ///< of an answer's body
  int most_redirects = 5;                           ///< for GET and HEAD; other methods are never redirected
};

/// Keeps connections open between calls. Not thread-safe. Reads SSL_CERT_FILE, SSL_CERT_DIR, HTTPS_PROXY,
/// HTTP_PROXY and NO_PROXY.
///
/// On a redirect to another scheme, host or port only `Accept`, `Accept-Language`, `Range` and `User-Agent`
/// go along: no token and no cookie. From https it never goes to http.
class web_client {
 public:
  explicit web_client(surroundings around,
                      const cancellation* cancelled = nullptr,
                      const clock& time = system_clock_port());
  ~web_client();

  /// The answer, whatever its status (a redirect of another method too). Class `remote`: it cannot be
  /// reached, is not who it should be, took too long or sent too much. `usage`: the URL, a header or a
  /// variable is wrong.
  result<http_response> send(const web_request& request);

 private:
  result<http_response> ask(const web_request& request,
                            const struct url& to,
                            std::chrono::milliseconds limit);
  result<http_client*> client_for(const struct url& to);

  const surroundings around_;
  const cancellation* const cancelled_;
  const clock& time_;
  std::map<std::string, std::unique_ptr<http_client>> clients_;  ///< by origin
};

/// 429, or 5xx.
bool has_too_much_to_do(const http_response& answer);

/// Asks; a server that has too much to do is asked again three times, after a pause that doubles or as long
/// as it says, unless that is longer than a minute. `wait` lets so long pass: whether it may go on.
result<http_response> asked_again(
    const web_request& request,
    const std::function<result<http_response>(const web_request&)>& ask,
    const std::function<bool(std::chrono::milliseconds)>& wait,
    const std::function<bool(const http_response&)>& is_busy = has_too_much_to_do);

}  // namespace cicd
