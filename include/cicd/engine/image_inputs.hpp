// What the images of a pipeline are made of, as one digest that is the same on every machine: the declaration
// and the inputs of each step that leads to them. What a step reads elsewhere (tools, the user's settings) is
// none of it.
#pragma once

#include <cicd/engine/session.hpp>
#include <cicd/image/signature/provenance.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/journal.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// Class `usage` where an input cannot be read.
result<digest> image_inputs_of(const session& of,
                               const step_graph& graph,
                               const declared_pipeline& pipeline,
                               shared_index& index);

/// The same as a list: the keys by which these steps ran last here, and the bases.
result<build_materials> image_materials_of(const session& of,
                                           const step_graph& graph,
                                           const declared_pipeline& pipeline,
                                           shared_index& index,
                                           const journal& last);

}  // namespace cicd
