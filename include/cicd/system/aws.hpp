// Requests to services of AWS: signed by Signature Version 4, with the credentials that the environment names
// or the program `aws` finds. It does not know what is asked.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/http.hpp>
#include <cicd/system/process.hpp>
#include <cicd/system/web.hpp>

namespace cicd {

/// In no message.
struct aws_credentials {
  std::string key_id, secret, token;
};

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, else what `aws configure
/// export-credentials` finds (profiles, logins, roles), which is kept for ten minutes, and never past its
/// `Expiration`. Class `usage` where there are none.
result<aws_credentials> aws_credentials_of(const surroundings& around, const cancellation* cancelled);

/// AWS_REGION, else AWS_DEFAULT_REGION, else `us-east-1`.
std::string aws_region_of(const surroundings& around);

struct aws_request {
  std::string method = "GET";
  std::string path = "/";                                      ///< not encoded
  std::vector<std::pair<std::string, std::string>> query{};    ///< not encoded
  std::vector<std::pair<std::string, std::string>> headers{};  ///< beside those of the signature
  std::string body{};
};

/// A service in a region, and where it is asked: `https://<host>` or what AWS_ENDPOINT_URL says.
struct aws_service {
  std::string name, region;
  std::string endpoint;  ///< without a path
};
/// `lambda` is asked at `https://lambda.<region>.amazonaws.com`; AWS_ENDPOINT_URL_LAMBDA and AWS_ENDPOINT_URL
/// say otherwise. `host` in place of the service's name is the start of the host.
aws_service aws_service_of(const std::string& name,
                           const std::string& region,
                           const surroundings& around,
                           const std::string& host = {});
/// Whether AWS_ENDPOINT_URL or the one of that service is set.
bool has_aws_endpoint(const std::string& service, const surroundings& around);
/// `amazonaws.com`, of regions in China `amazonaws.com.cn`.
std::string aws_domain_of(const std::string& region);

/// The request as it is sent, with `Authorization`. Pure.
web_request signed_request(const aws_request& request,
                           const aws_service& to,
                           const aws_credentials& by,
                           std::chrono::system_clock::time_point when);

/// Asks, and asks again what may pass (429, 5xx, a connection that broke) with growing pauses. Used by one
/// thread at a time.
class aws_client {
 public:
  aws_client(surroundings around, const cancellation* cancelled, const clock& time = system_clock_port());

  /// Whatever its status is. Class `remote`: no answer. `interrupted`.
  result<http_response> send(const aws_request& request, const aws_service& to);

 private:
  const surroundings around_;
  const cancellation* const cancelled_;
  const clock& time_;
  web_client web_;
};

/// The text of the first element of that name in an answer; empty without one.
std::string xml_text_in(std::string_view answer, std::string_view element);
/// The texts of all of them.
std::vector<std::string> xml_texts_in(std::string_view answer, std::string_view element);

}  // namespace cicd
