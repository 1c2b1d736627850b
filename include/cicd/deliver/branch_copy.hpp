// Turns what a deploy wants into the preview or the canary of the branch that is checked out, as the step
// says which: in a cluster, or of manifests a preview in a folder of its own. How either is made is in
// branch/branch.hpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <cicd/deliver/branch/branch.hpp>
#include <cicd/deliver/branch/remove.hpp>
#include <cicd/deliver/cluster/waves.hpp>
#include <cicd/deliver/manifests.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// Makes what is wanted that of the branch at hand, as the step declares: see make_preview and make_canary.
status make_branch_copy(const way_context& in,
                        const graph_step& step,
                        const cluster_wave& wave,
                        kubernetes::cluster& with,
                        wanted_release& to);

/// Where the manifests of a step lie: its environment, of a preview the folder of the branch at hand, as an
/// environment of its own. Class `usage` where no branch is known.
result<environment> manifest_place_of(const way_context& in, const graph_step& step);
/// The folder of the copy of that key.
environment folder_of_copy(const environment& copies, const std::string& key);

/// Makes of a draft that of the branch's copy, and of the state what is kept of it; gives what a person
/// should know.
result<std::vector<std::string>> make_copy_of_branch(const way_context& in,
                                                     const graph_step& step,
                                                     release_draft& to,
                                                     environment_state& state);

/// Of the files in the folder of a copy those that are not its objects: they bear no label of it.
std::map<std::string, std::string> files_of_others(const std::map<std::string, std::string>& files,
                                                   const std::string& key);

}  // namespace cicd
