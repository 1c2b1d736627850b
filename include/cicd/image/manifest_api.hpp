// Manifests of a registry by HTTP, where that takes nothing but a request: no program is started for it.
// Where a registry is more than plain (a credential helper, a token, a certificate of its own, a mirror, an
// answer that is not understood) it says so, and skopeo is asked, whose errors and retries count.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>
#include <cicd/system/web.hpp>

namespace cicd {

/// For several threads.
class manifest_api {
 public:
  /// Null where the registry of this repository is one for skopeo.
  static std::unique_ptr<manifest_api> of(const std::string& repository,
                                          const surroundings& around,
                                          const cancellation* cancelled);

  struct answer {
    bool is_known = false;            ///< false: skopeo has to be asked
    std::optional<std::string> text;  ///< of the manifest; nothing: there is none
  };
  /// `reference` is a tag or a digest.
  answer read(const std::string& reference);
  /// Sets a tag; false: it is not known whether that was done.
  bool write(const std::string& tag, const std::string& text);

 private:
  manifest_api(std::string url, std::string login, const surroundings& around, const cancellation* cancelled)
      : url_(std::move(url)), login_(std::move(login)), client_(around, cancelled) {}
  std::optional<http_response> ask(web_request request);

  std::string url_, login_;  ///< `https://host/v2/<name>/manifests/`, `Basic …` or empty
  std::mutex mutex_;
  bool is_silent_ = false;  ///< it could not be reached: it is not tried again
  web_client client_;
};

/// How a host is spoken to, by the text of a registries.conf(5).
enum class registry_scheme { https, http, by_skopeo };
registry_scheme scheme_of(const std::string& host, const std::string& registries_conf);
/// The login for a host, by the text of a containers-auth.json(5): `Basic …`, empty where it has none;
/// nothing where a program or a token gives it.
std::optional<std::string> login_of(const std::string& host, const std::string& auth_json);

}  // namespace cicd
