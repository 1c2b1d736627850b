// `cicd preview list|remove|sweep`: what branches have in clusters, and its end. It does not know how they
// got there.
#pragma once

#include <string>

#include <cicd/engine/session.hpp>

namespace cicd {

struct preview_request {
  session_request tree;
  std::string pipeline;  ///< empty: all
  std::string branch;    ///< of remove; empty: the one that is checked out
  bool as_json = false;
  bool with_claims = false;  ///< PersistentVolumeClaims too
  bool dry_run = false;
};

exit_class list_previews(const preview_request& request, surroundings around);
exit_class remove_previews(const preview_request& request, surroundings around);
/// Class `remote`, and nothing removed, where the list of branches cannot be read.
exit_class sweep_previews(const preview_request& request, surroundings around);
/// `plan-branch` and `deploy-branch`: the steps of that pipeline, as a run.
exit_class plan_previews(const preview_request& request, surroundings around);
exit_class deploy_previews(const preview_request& request, surroundings around);

}  // namespace cicd
