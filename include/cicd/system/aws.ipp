// Signature Version 4 as AWS documents it ("Create a signed AWS API request").
#pragma once

#include <cicd/system/aws.hpp>

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/base/xml_tags.hpp>
#include <cicd/system/url.hpp>

namespace cicd {

namespace system_aws {
namespace {

constexpr std::size_t block = 64;
constexpr int most_tries = 6;

std::string bytes_of(const digest& of) {
  return {of.bytes.begin(), of.bytes.end()};
}

/// HMAC-SHA256 (RFC 2104).
std::string keyed(std::string key, std::string_view text) {
  if (key.size() > block) key = bytes_of(sha256(key));
  key.resize(block, '\0');
  std::string inner = key, outer = key;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  return bytes_of(sha256(outer + bytes_of(sha256(inner + std::string(text)))));
}

std::string hex_of(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string query_of(const aws_request& request) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : request.query)
    parts.push_back(percent_encoded(name) + "=" + percent_encoded(value));
  std::ranges::sort(parts);
  return joined(parts, "&");
}

/// `20261130T072500Z`
std::string stamp_of(std::chrono::system_clock::time_point when) {
  return replaced_all(replaced_all(utc_text(when), "-", ""), ":", "");
}

std::string host_of(const std::string& endpoint) {
  const auto scheme = endpoint.find("://");
  return endpoint.substr(scheme + 3);
}

std::string variable_of(const std::string& service) {
  return "AWS_ENDPOINT_URL_" + upper(service);
}

error no_credentials(std::string why) {
  return error{exit_class::usage, {}, "there are no credentials for AWS", {}, {}}
      .with("caused by", std::move(why))
      .with("allowed", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a login of the program aws")
      .with("try", "aws sts get-caller-identity");
}

struct lasting_credentials {
  aws_credentials what;
  std::chrono::milliseconds until{};  ///< by the clock that passes evenly
};

/// `2026-11-30T09:00:00Z`, or `+00:00` in place of `Z`.
std::optional<std::chrono::system_clock::time_point> end_of(std::string text) {
  constexpr std::string_view utc = "+00:00";
  if (text.ends_with(utc)) text.replace(text.size() - utc.size(), utc.size(), "Z");
  return utc_from(text);
}

/// How long they may be used: ten minutes, and to a minute before their end; not at all where that cannot be
/// read.
std::chrono::milliseconds span_of(const std::string& expiration) {
  using namespace std::chrono;
  constexpr milliseconds most = minutes(10);
  if (expiration.empty()) return most;
  const auto end = end_of(expiration);
  if (!end) return milliseconds(0);
  return std::clamp(floor<milliseconds>(*end - system_clock_port().now()) - minutes(1), milliseconds(0),
                    most);
}

/// All that may lead `aws` to others: profiles, files, roles.
std::string what_finds(const surroundings& around) {
  std::string text = around.home() + "\n" + around.get_or("PATH", "");
  for (const auto& [name, value] : around.all())
    if (name.starts_with("AWS_")) text += "\n" + name + "=" + value;
  return text;
}

result<lasting_credentials> exported(const surroundings& around, const cancellation* cancelled) {
  const std::vector<std::string> words{"aws", "configure", "export-credentials", "--format", "process"};
  if (!find_program(words.front(), around.get_or("PATH", ""), "/"))
    return no_credentials("no variable names any, and the program aws is not there");
  capture_options how;
  how.limit = std::chrono::seconds(60);
  how.cancelled = cancelled;
  const captured ran = run_to_end({.words = words, .directory = "/", .environment = around.lines()}, how);
  if (cancelled != nullptr && cancelled->cancelled())
    return error{exit_class::interrupted, {}, "interrupted", {}, {}};
  const result<json> answer = ran.end.good() ? parse_json(ran.out) : result<json>(json());
  if (!answer || (*answer)["AccessKeyId"].text().empty()) {
    const std::string said(trimmed(ran.err));
    return no_credentials("aws configure export-credentials: "
                          + (said.empty() ? "it gave none" : said.substr(said.rfind('\n') + 1)));
  }
  return lasting_credentials{{(*answer)["AccessKeyId"].text(), (*answer)["SecretAccessKey"].text(),
                              (*answer)["SessionToken"].text()},
                             system_clock_port().elapsed() + span_of((*answer)["Expiration"].text())};
}

}  // namespace
}  // namespace system_aws

result<aws_credentials> aws_credentials_of(const surroundings& around, const cancellation* cancelled) {
  const auto key = around.get("AWS_ACCESS_KEY_ID"), secret = around.get("AWS_SECRET_ACCESS_KEY");
  if (key && secret && !key->empty() && !secret->empty())
    return aws_credentials{*key, *secret, around.get_or("AWS_SESSION_TOKEN", "")};
  static std::mutex guard;
  static std::map<std::string, system_aws::lasting_credentials> all;
  const std::string by = system_aws::what_finds(around);
  const std::lock_guard hold(guard);
  if (const auto known = all.find(by);
      known != all.end() && system_clock_port().elapsed() < known->second.until)
    return known->second.what;
  result<system_aws::lasting_credentials> found = system_aws::exported(around, cancelled);
  if (!found) return std::move(found).error();
  return (all[by] = *std::move(found)).what;
}

std::string aws_region_of(const surroundings& around) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (auto given = around.get(name); given && !given->empty()) return *std::move(given);
  return "us-east-1";
}

std::string aws_domain_of(const std::string& region) {
  return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

bool has_aws_endpoint(const std::string& service, const surroundings& around) {
  return !around.get_or(system_aws::variable_of(service), around.get_or("AWS_ENDPOINT_URL", "")).empty();
}

aws_service aws_service_of(const std::string& name,
                           const std::string& region,
                           const surroundings& around,
                           const std::string& host) {
  std::string endpoint = around.get_or(system_aws::variable_of(name), around.get_or("AWS_ENDPOINT_URL", ""));
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (endpoint.empty())
    endpoint = fmt::format("https://{}.{}.{}", host.empty() ? name : host, region, aws_domain_of(region));
  return {name, region, endpoint};
}

web_request signed_request(const aws_request& request,
                           const aws_service& to,
                           const aws_credentials& by,
                           std::chrono::system_clock::time_point when) {
  using namespace system_aws;
  const std::string stamp = stamp_of(when), day = stamp.substr(0, 8), content = hex(sha256(request.body));
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : request.headers) headers[lower(name)] = value;
  headers["x-amz-content-sha256"] = content;
  headers["x-amz-date"] = stamp;
  if (!by.token.empty()) headers["x-amz-security-token"] = by.token;
  web_request made;
  made.method = request.method;
  for (const auto& [name, value] : headers) made.headers.emplace_back(name, value);
  headers["host"] = host_of(to.endpoint);
  // S3 takes paths as they are, all others encode what is encoded once more.
  const std::string path = percent_encoded(request.path, "/"), query = query_of(request);
  std::string canonical =
      request.method + "\n" + (to.name == "s3" ? path : percent_encoded(path, "/")) + "\n" + query + "\n";
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    canonical += name + ":" + std::string(trimmed(value)) + "\n";
    names.push_back(name);
  }
  const std::string signed_headers = joined(names, ";");
  canonical += "\n" + signed_headers + "\n" + content;
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", day, to.region, to.name);
  const std::string text = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", stamp, scope, hex(sha256(canonical)));
  std::string key = keyed("AWS4" + by.secret, day);
  for (const std::string& part : {to.region, to.name, std::string("aws4_request")}) key = keyed(key, part);
  made.headers.emplace_back("authorization",
                            fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                                        by.key_id, scope, signed_headers, hex_of(keyed(key, text))));
  made.url = to.endpoint + path + (query.empty() ? "" : "?" + query);
  made.body = request.body;
  made.limit = std::chrono::minutes(10);
  made.most_bytes = std::size_t{512} << 20U;
  made.most_redirects = 0;
  return made;
}

aws_client::aws_client(surroundings around, const cancellation* cancelled, const clock& time)
    : around_(std::move(around)), cancelled_(cancelled), time_(time), web_(around_, cancelled, time) {}

result<http_response> aws_client::send(const aws_request& request, const aws_service& to) {
  std::chrono::milliseconds pause(200);
  for (int attempt = 1;; ++attempt) {
    const result<aws_credentials> by = aws_credentials_of(around_, cancelled_);
    if (!by) return by.error();
    result<http_response> answer = web_.send(signed_request(request, to, *by, time_.now()));
    const bool passes = answer ? has_too_much_to_do(*answer) : answer.error().kind == exit_class::remote;
    if (!passes || attempt == system_aws::most_tries) return answer;
    const std::chrono::milliseconds asked = answer ? answer->retry_after : std::chrono::milliseconds(0);
    if (!time_.wait(std::max(pause, std::min(asked, std::chrono::milliseconds(30'000))), cancelled_))
      return error{exit_class::interrupted, {}, "interrupted", {}, {}};
    pause *= 2;
  }
}

std::vector<std::string> xml_texts_in(std::string_view answer, std::string_view element) {
  const std::string from = fmt::format("<{}>", element), to = fmt::format("</{}>", element);
  std::vector<std::string> all;
  for (auto at = answer.find(from); at != answer.npos; at = answer.find(from, at)) {
    at += from.size();
    const auto end = answer.find(to, at);
    if (end == answer.npos) break;
    const std::string_view text = answer.substr(at, end - at);
    constexpr std::string_view open = "<![CDATA[", close = "]]>";
    all.push_back(text.starts_with(open) && text.ends_with(close)
                      ? std::string(text.substr(open.size(), text.size() - open.size() - close.size()))
                      : xml_text(text));
  }
  return all;
}

std::string xml_text_in(std::string_view answer, std::string_view element) {
  std::vector<std::string> all = xml_texts_in(answer, element);
  return all.empty() ? std::string() : std::move(all.front());
}

}  // namespace cicd
