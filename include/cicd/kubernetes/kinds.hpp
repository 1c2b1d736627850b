// The kinds of Kubernetes objects that we know: where the API server has them, in which order they are
// applied, and what may be done to them. Other kinds (a team's own manifests) are found by the cluster's
// discovery.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/json.hpp>

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

/// One of `known_kinds`, or nothing.
const kind_facts* kind_named(std::string_view kind);
/// `apps` of `apps/v1`; empty of `v1`.
std::string_view group_of(std::string_view api_version);
/// The kind as a key has it: a known one's name, any other's with its group as kubectl takes it
/// (`Widget.example.com`), so that another group's `Service` is never taken for a Service.
std::string kind_in_key(std::string_view api_version, std::string_view kind);
/// A kind whose pods run on and are watched until they are ready: Deployment, StatefulSet.
bool is_workload(std::string_view kind);
/// Its place in the order of applying; of one that we do not know the middle.
int order_of(std::string_view kind);
/// All of those.
const std::vector<kind_facts>& known_kinds();

/// `/api/v1/namespaces/orders/services`, or with a name `…/services/api`; the parts are percent-encoded.
std::string path_of(const kind_facts& kind, std::string_view namespace_name, std::string_view name = {});

/// `text` as one part of a path, or as a value in a query, whatever it holds.
std::string percent_encoded(std::string_view text);

/// Which object: enough to read, compare, apply and remove it.
struct object_key {
  std::string kind;  ///< as `kind_in_key` has it
  std::string namespace_name, name;
  auto operator<=>(const object_key&) const = default;
  /// `Deployment orders-api`
  std::string text() const { return kind + " " + name; }
  /// The key of that object.
  static object_key of(const json& object);
};

}  // namespace cicd::kubernetes
