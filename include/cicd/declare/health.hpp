// HEALTH, taken apart: how an environment knows whether what is deployed there is healthy. It asks nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cicd/declare/environments.hpp>

namespace cicd {

enum class health_source : std::uint8_t {
  none,       ///< it never learns it
  argocd,     ///< Argo CD is asked, by the URL of the application
  cluster,    ///< the workloads in a cluster, by its context
  command,    ///< a program
  committed,  ///< what is recorded as deployed is taken for healthy
  rollout     ///< the deploy itself watched it
};

/// How the environment knows it: by HEALTH, else by what its way of deploying knows.
health_source health_source_of(const environment& place);
/// What follows the first word of HEALTH.
std::span<const text> health_words_of(const environment& place);
/// The words that HEALTH may begin with, in the order in which messages name them.
std::span<const std::string_view> health_kinds();

/// An application of Argo CD, out of the URL that its page has.
struct argo_application {
  std::string server;            ///< `https://argo.example.com`, with the path that is before `/applications`
  std::string name;              ///< `orders-stage`
  std::string namespace_name{};  ///< empty: that of Argo CD
  bool operator==(const argo_application&) const = default;
};
/// `https://argo.example.com/applications/argocd/orders-stage`, with or without the namespace, and
/// `https://argo.example.com/orders-stage`; what follows a `?` or `#` does not count. Nothing for anything
/// else.
std::optional<argo_application> argo_application_in(std::string_view url);

}  // namespace cicd
