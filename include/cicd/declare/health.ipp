// Reading HEALTH and the URL of an application.
#pragma once

#include <cicd/declare/health.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include <cicd/base/text.hpp>
#include <cicd/declare/deploy_ways.hpp>

namespace cicd {

namespace declare_health {
namespace {

constexpr std::array<std::string_view, 4> kinds{"argocd", "cluster", "command", "committed"};

/// Letters, digits, '-' and '.': a name of Kubernetes.
bool is_name(std::string_view text) {
  return cluster_name::accepts(text);
}

}  // namespace
}  // namespace declare_health

std::span<const std::string_view> health_kinds() {
  return declare_health::kinds;
}

health_source health_source_of(const environment& place) {
  using declare_health::kinds;
  if (place.health.empty()) {
    if (can(place.via, way_feature::cluster)) return health_source::rollout;
    return place.repository ? health_source::none : health_source::committed;
  }
  const auto found = std::ranges::find(kinds, place.health.front().view());
  if (found == kinds.end()) return health_source::none;
  return static_cast<health_source>(found - kinds.begin() + 1);
}

std::span<const text> health_words_of(const environment& place) {
  const std::span<const text> all(place.health);
  return all.empty() ? all : all.subspan(1);
}

std::optional<argo_application> argo_application_in(std::string_view url) {
  using declare_health::is_name;
  const std::string_view scheme = url.substr(0, url.find("://"));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  url = url.substr(0, url.find_first_of("?#"));
  while (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t host = scheme.size() + 3;
  if (url.size() <= host || url.find('/', host) == host || url.find('@') != url.npos) return std::nullopt;
  const auto last = url.rfind('/');
  if (last < host) return std::nullopt;
  argo_application made{.server = std::string(url.substr(0, last)),
                        .name = std::string(url.substr(last + 1))};
  if (!is_name(made.name)) return std::nullopt;
  if (made.server.ends_with("/applications")) {
    made.server.resize(made.server.size() - std::string_view("/applications").size());
  } else if (const auto before = made.server.rfind('/'); before >= host) {
    const std::string_view rest = std::string_view(made.server).substr(0, before);
    if (rest.ends_with("/applications")) {
      made.namespace_name = made.server.substr(before + 1);
      made.server = std::string(rest.substr(0, rest.size() - std::string_view("/applications").size()));
      if (!is_name(made.namespace_name)) return std::nullopt;
    }
  }
  if (made.server.size() <= host) return std::nullopt;
  return made;
}

}  // namespace cicd
