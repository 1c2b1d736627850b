// Keeps secrets out of what stays or leaves: outputs before they are kept, images before they are built and
// before they are pushed. It knows what a run has fetched, and of an image or a publish what the steps before
// it may have put into it, also where they did not run; nothing of a secret that no step needed.
#pragma once

#include <cicd/deliver/change_gate.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/cache.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// OUTPUTS and REPORTS of a step that has run. Class `step_failed`, naming the file and the secret's name.
status check_outputs(const task& work, const cached_step& made, const secret_store& secrets);
/// Where secrets of the steps before one come from. A step that may have none is passed over.
struct secrets_before {
  secret_store& secrets;
  const step_graph& graph;
  const change_gate& gate;
  const cancellation& cancelled;
};

/// What an image step would put into its layers and its config. A secret that cannot be fetched is not looked
/// for.
status check_image_content(const task& work, const secrets_before& from);
/// The layers of all images that a publish puts into registries. A secret that is not there at all is not
/// looked for; the error of a program that should give one is that of the publish.
status check_published(const task& work, const workspace& where, const secrets_before& from);

}  // namespace cicd
