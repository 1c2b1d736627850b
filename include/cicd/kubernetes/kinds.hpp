// The kinds of Kubernetes objects that we know: where the API server has them, in which order they are
// applied, and what may be done to them. Other kinds (a team's own manifests) are found by the cluster's
// discovery.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cicd::kubernetes {

/// A kind as the API has it.
struct kind_facts {
  std::string kind;         ///< `Deployment`
  std::string api_version;  ///< `apps/v1`
  std::string plural;       ///< `deployments`
  bool namespaced = true;
  int order = 50;        ///< of applying: Namespace first, Ingress last; removed in the opposite order
  bool guarded = false;  ///< never pruned unless named: claims, namespaces, definitions
};

/// One of those that we render ourselves, or nothing.
const kind_facts* kind_named(std::string_view kind);
/// All of those.
const std::vector<kind_facts>& known_kinds();

/// `/api/v1/namespaces/orders/services`, or with a name `…/services/api`; the parts are percent-encoded.
std::string path_of(const kind_facts& kind, std::string_view namespace_name, std::string_view name = {});

/// `text` as one part of a path, or as a value in a query, whatever it holds.
std::string percent_encoded(std::string_view text);

/// Which object: enough to read, compare, apply and remove it.
struct object_key {
  std::string kind, namespace_name, name;
  auto operator<=>(const object_key&) const = default;
  /// `Deployment orders-api`
  std::string text() const { return kind + " " + name; }
};

}  // namespace cicd::kubernetes
