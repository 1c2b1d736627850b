// The rights that planning, deploying and previewing need of a cluster: the smallest Roles for what an
// environment really renders. Pure; whether a user has them is asked elsewhere.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

/// What a user may do with the objects of an environment; each includes the ones before.
enum class purpose : std::uint8_t { plan, deploy, preview };
std::string_view word_for(purpose of);

struct rights_request {
  std::string pipeline, environment, namespace_name;
  std::vector<json> objects{};        ///< as they are rendered
  std::vector<std::string> read{};    ///< `config/orders`, `secret/orders-db`: what pods read
  bool runs_jobs = false;             ///< SMOKE, `cicd task`, `cicd cron run-now`
  bool takes_over_from_helm = false;  ///< its releases are detached
  bool makes_namespaces = false;      ///< CREATE_NAMESPACE, or previews with a namespace of their own
};

/// One right: a verb on a resource, perhaps only on some names.
struct right {
  std::string group, resource, verb;
  bool is_needed = true;             ///< without it nothing works; else messages are poorer
  bool is_cluster_wide = false;      ///< of no namespace
  std::vector<std::string> names{};  ///< empty: all
  auto operator<=>(const right&) const = default;
};
/// Sorted, each once.
std::vector<right> rights_for(purpose of, const rights_request& request);

/// Role `cicd-<pipeline>-<environment>-<purpose>` with its RoleBinding, whose subject is to be filled in, and
/// where something of no namespace is needed ClusterRole and ClusterRoleBinding.
std::vector<json> roles_for(purpose of, const rights_request& request);

}  // namespace cicd::kubernetes
