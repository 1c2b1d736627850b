// A URL of http or https, read strictly, and the proxy that it is asked by. It does not know what lies there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/http.hpp>

namespace cicd {

struct url {
  std::string scheme;        ///< `http` or `https`
  std::string login{};       ///< `name:password`, decoded; in no message
  std::string host;          ///< lower case, an address of IPv6 without brackets
  int port = 0;              ///< the scheme's where none is named
  std::string target = "/";  ///< path and query, percent-encoded; no fragment

  /// Class `usage` for anything else; a name and password in it are shown as `***`.
  static result<url> from(std::string_view text);
  /// What a `Location` that came from here means (RFC 3986, section 5.2; dots in a path are the server's).
  result<url> resolved(std::string_view reference) const;
  /// Scheme, host and port: whether what is meant for one may be told the other.
  bool same_server(const url& other) const;
  /// Without login and query, which may hold secrets.
  std::string text() const;
};

/// All but the unreserved characters of RFC 3986, section 2.3, and those of `kept` as `%2F`.
std::string percent_encoded(std::string_view text, std::string_view kept = {});
/// `%40` as `@`; a `%` that is no code stays.
std::string percent_decoded(std::string_view text);

/// `localhost`, an address in 127.0.0.0/8, or ::1.
bool is_this_machine(const url& of);

/// HTTPS_PROXY or HTTP_PROXY, by the URL's scheme, unless NO_PROXY has the host; each in lower case where it
/// is not set in upper case. This machine itself (`localhost`, 127.0.0.0/8, ::1) is never asked by a proxy.
/// Class `usage` where the variable holds no address of a proxy.
result<std::optional<http_proxy>> proxy_for(const url& to, const surroundings& around);

}  // namespace cicd
