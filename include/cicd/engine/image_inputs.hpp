// What the images of a pipeline are made of, as one digest that is the same on every machine: the declaration
// and the inputs of each step that leads to them. What a step reads elsewhere (tools, the user's settings) is
// none of it.
#pragma once

#include <cicd/engine/session.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// Class `usage` where an input cannot be read.
result<digest> image_inputs_of(const session& of,
                               const step_graph& graph,
                               const declared_pipeline& pipeline,
                               shared_index& index);

}  // namespace cicd
