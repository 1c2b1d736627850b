// What the usual files say of a registry, and two requests of the distribution specification.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/image/manifest_api.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_manifest_api {
namespace {

constexpr const char* kinds =
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json";

std::string settings_of(const surroundings& around) {
  return around.get_or("XDG_CONFIG_HOME", around.home() + "/.config") + "/containers";
}

std::string text_at(const std::string& path) {
  const auto text = read_file_if_there(path);
  return text && *text ? **text : std::string();
}

/// The first that there is: skopeo takes no other.
std::string registries_conf(const surroundings& around) {
  const std::string named = around.get_or("CONTAINERS_REGISTRIES_CONF", "");
  std::string text;
  for (const std::string& each :
       {named, settings_of(around) + "/registries.conf", std::string("/etc/containers/registries.conf")})
    if (!each.empty() && text.empty()) text = text_at(each);
  for (const std::string& folder :
       {settings_of(around) + "/registries.conf.d", std::string("/etc/containers/registries.conf.d")})
    if (const auto files = list_tree(folder))
      for (const tree_entry& each : *files) text += "\n" + text_at(folder + "/" + each.path);
  return text;
}

bool has_own_certificates(const std::string& host, const surroundings& around) {
  return exists(settings_of(around) + "/certs.d/" + host) || exists("/etc/containers/certs.d/" + host)
         || exists("/etc/docker/certs.d/" + host);
}

std::optional<std::string> login_for(const std::string& host, const surroundings& around) {
  std::vector<std::string> files;
  if (const std::string named = around.get_or("REGISTRY_AUTH_FILE", ""); !named.empty()) {
    files = {named};
  } else {
    if (const std::string runtime = around.get_or("XDG_RUNTIME_DIR", ""); !runtime.empty())
      files.push_back(runtime + "/containers/auth.json");
    files.push_back(settings_of(around) + "/auth.json");
    files.push_back(around.get_or("DOCKER_CONFIG", around.home() + "/.docker") + "/config.json");
    if (exists(around.home() + "/.dockercfg")) return std::nullopt;
  }
  for (const std::string& each : files) {
    const std::string text = text_at(each);
    if (text.empty()) continue;
    std::optional<std::string> login = login_of(host, text);
    if (!login || !login->empty()) return login;
  }
  return std::string();
}

}  // namespace
}  // namespace image_manifest_api

registry_scheme scheme_of(const std::string& host, const std::string& registries_conf) {
  bool is_insecure = false, is_of_host = false, has_more = false;
  for (const std::string& line : split(registries_conf, '\n')) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text.starts_with('#')) continue;
    if (text.find("credential-helpers") != text.npos) return registry_scheme::by_skopeo;
    if (text.starts_with('[')) {
      if (is_of_host && has_more) return registry_scheme::by_skopeo;
      is_of_host = has_more = false;
      if (text != "[[registry]]") has_more = true;
      continue;
    }
    const std::string compact = replaced_all(std::string(text), " ", "");
    const bool names_host = compact.find(host) != compact.npos;
    if (compact == "location=\"" + host + "\"")
      is_of_host = true;
    else if (names_host)
      return registry_scheme::by_skopeo;
    else if (compact == "insecure=true")
      is_insecure = is_insecure || is_of_host;
    else if (compact != "insecure=false")
      has_more = true;
  }
  if (is_of_host && has_more) return registry_scheme::by_skopeo;
  return is_insecure ? registry_scheme::http : registry_scheme::https;
}

std::optional<std::string> login_of(const std::string& host, const std::string& auth_json) {
  const result<json> read = parse_json(auth_json);
  if (!read) return std::nullopt;
  if (!(*read)["credsStore"].text().empty() || !(*read)["credHelpers"].members().empty()) return std::nullopt;
  std::string login;
  for (const auto& [name, entry] : (*read)["auths"].members()) {
    if (name.find(host) == name.npos) continue;
    const std::string auth = entry["auth"].text();
    if (name != host || auth.empty() || !entry["identitytoken"].text().empty()) return std::nullopt;
    login = "Basic " + auth;
  }
  return login;
}

std::unique_ptr<manifest_api> manifest_api::of(const std::string& repository,
                                               const surroundings& around,
                                               const cancellation* cancelled) {
  using namespace image_manifest_api;
  const std::string host = registry_host(repository);
  if (host == "docker.io" || has_own_certificates(host, around)) return nullptr;
  const registry_scheme scheme = scheme_of(host, registries_conf(around));
  std::optional<std::string> login = login_for(host, around);
  if (scheme == registry_scheme::by_skopeo || !login) return nullptr;
  // A password goes nowhere in the clear without skopeo's having a say in it.
  if (scheme == registry_scheme::http && !login->empty()) return nullptr;
  const std::string url =
      fmt::format("{}://{}/v2/{}/manifests/", scheme == registry_scheme::http ? "http" : "https", host,
                  repository.substr(host.size() + 1));
  return std::unique_ptr<manifest_api>(new manifest_api(url, *std::move(login), around, cancelled));
}

std::optional<http_response> manifest_api::ask(web_request request) {
  if (!login_.empty()) request.headers.emplace_back("Authorization", login_);
  request.limit = std::chrono::seconds(10);
  request.connect_limit = std::chrono::seconds(3);
  const std::lock_guard hold(mutex_);
  if (is_silent_) return std::nullopt;
  result<http_response> got = client_.send(request);
  if (got) return *std::move(got);
  is_silent_ = true;
  return std::nullopt;
}

manifest_api::answer manifest_api::read(const std::string& reference) {
  const auto got = ask({.url = url_ + reference, .headers = {{"Accept", image_manifest_api::kinds}}});
  if (!got) return {};
  if (got->status == 404) {
    // A server that is no registry says so, too.
    const bool is_said = got->body.find("MANIFEST_UNKNOWN") != std::string::npos
                         || got->body.find("NAME_UNKNOWN") != std::string::npos;
    return {.is_known = is_said, .text = {}};
  }
  if (got->status != 200) return {};
  return {.is_known = true, .text = got->body};
}

bool manifest_api::write(const std::string& tag, const std::string& text) {
  const result<json> manifest = parse_json(text);
  const std::string kind = manifest ? (*manifest)["mediaType"].text() : std::string();
  if (kind.empty()) return false;
  const auto got =
      ask({.method = "PUT", .url = url_ + tag, .headers = {{"Content-Type", kind}}, .body = text});
  return got && got->status == 201;
}

}  // namespace cicd
