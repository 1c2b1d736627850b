// Helm's records of a release: found by the objects that are taken over from it, and hidden from helm at the
// end, so that a later `helm uninstall` finds no release and deletes nothing. It does not run helm.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// The fact of the state under which releases stand that are still to be detached: `<namespace>/<release> …`
inline constexpr const char* helm_fact = "helm_releases";

/// The releases of the objects that the plan takes over, in the form of that fact; empty where there is none.
std::string helm_releases_in(const cluster_plan& plan);

/// What a person should know before: that the releases are detached, and which of their objects the
/// declaration does not have, which stay and have no manager afterwards.
std::vector<std::string> helm_remarks(kubernetes::cluster& with, const cluster_plan& plan);

/// Detaches them: the Secrets (or ConfigMaps) that hold a release stay, under another owner than helm's, so
/// that the way back is one command. Gives what was done, a sentence each; an error leaves the rest as it is.
result<std::vector<std::string>> detach_helm_releases(kubernetes::cluster& with,
                                                      const std::string& fact,
                                                      const std::string& subject);

}  // namespace cicd
