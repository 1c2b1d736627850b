// Keeps secrets out of what stays or leaves: outputs before they are kept, images before they are built and
// before they are pushed. It knows what a run has fetched, and so nothing of a secret that no step needed.
#pragma once

#include <cicd/run/cache.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// OUTPUTS and REPORTS of a step that has run. Class `step_failed`, naming the file and the secret's name.
status check_outputs(const task& work, const cached_step& made, const secret_store& secrets);
/// What an image step would put into its layers and its config.
status check_image_content(const task& work, const secret_store& secrets);
/// The layers of all images that a publish puts into registries.
status check_published(const task& work, const workspace& where, const secret_store& secrets);

}  // namespace cicd
