// Asking the API server for kinds.
#pragma once

#include <cicd/kubernetes/api/discovery.hpp>

namespace cicd::kubernetes {

std::optional<kind_facts> discover_in(api_client& with,
                                      const std::string& api_version,
                                      const std::string& kind) {
  const std::string path = (api_version.find('/') == api_version.npos ? "/api/" : "/apis/") + api_version;
  const api_answer answer = with.send(json_request("GET", path), effect::idempotent);
  for (const json& each : answer.object["resources"].elements()) {
    const std::string plural = each["name"].text();
    if (each["kind"].text() == kind && plural.find('/') == plural.npos)
      return kind_facts{kind, api_version, plural, each["namespaced"].boolean()};
  }
  return std::nullopt;
}

std::optional<kind_facts> discover_anywhere(api_client& with, const std::string& kind_in_key) {
  const std::string kind = kind_in_key.substr(0, kind_in_key.find('.'));
  const std::string group_wanted = kind_in_key.substr(std::min(kind.size() + 1, kind_in_key.size()));
  http_request request{.method = "GET", .target = "/apis"};
  request.headers.emplace_back("Accept",
                               "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                               "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList");
  const api_answer answer = with.send(request, effect::idempotent);
  for (const json& group : answer.object["items"].elements()) {
    if (!group_wanted.empty() && group["metadata"]["name"].text() != group_wanted) continue;
    for (const json& version : group["versions"].elements()) {
      for (const json& each : version["resources"].elements()) {
        if (each["responseKind"]["kind"].text() != kind) continue;
        return kind_facts{kind, group["metadata"]["name"].text() + "/" + version["version"].text(),
                          each["resource"].text(), each["scope"].text() == "Namespaced"};
      }
    }
  }
  return std::nullopt;
}

}  // namespace cicd::kubernetes
