// What the kubeconfig says of the chosen context. Asked of kubectl, and only once a caller wants to know.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cicd/kubernetes/api/proxy.hpp>

namespace cicd::kubernetes {

class kubeconfig_facts {
 public:
  explicit kubeconfig_facts(kubectl_program program);

  /// What `context` gives where there is none: a pod's service account is used.
  static constexpr std::string_view in_cluster = "in the cluster itself";
  std::string context() const;         ///< its name
  std::string server() const;          ///< its address
  std::string namespace_name() const;  ///< empty where it has none

 private:
  const json& told() const;

  kubectl_program program_;
  mutable std::optional<json> told_;
};

}  // namespace cicd::kubernetes
