// The list of ways for the unit tests of rooms below deliver/: what each way can do, without any of their
// bodies.
#include <array>

#include <cicd/deliver/cluster/traits.hpp>
#include <cicd/deliver/command/traits.hpp>
#include <cicd/deliver/gitops/traits.hpp>
#include <cicd/deliver/render/traits.hpp>
#include <cicd/deliver/serverless/traits.hpp>

std::span<const cicd::way_traits> cicd::deploy_ways() {
  static constexpr std::array ways{gitops_traits, render_traits, cluster_traits, serverless_traits,
                                   command_traits};
  return ways;
}
