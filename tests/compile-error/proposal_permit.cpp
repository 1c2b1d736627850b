// A pull request is not opened without the gate's permit.
// expects: no matching function|too few arguments|no viable conversion|could not convert|invalid initialization
#include <cicd/deliver/gitops/proposal.hpp>

auto proposed(const cicd::manifest_target& main,
              const cicd::manifest_state& now,
              const cicd::wanted_manifests& wanted,
              const cicd::forge& server,
              const cicd::surroundings& around) {
  return cicd::propose(main, main, now, now, wanted, server, around, {});
}
