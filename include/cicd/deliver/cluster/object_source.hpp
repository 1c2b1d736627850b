// Which repository an object of a cluster is deployed from, as its annotation says: two that declare the same
// pipeline never take each other's objects. It asks no server.
#pragma once

#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/deliver/policy/source_check.hpp>

namespace cicd {

/// What errors about the sources of a place call it.
source_place place_named(const cluster_place& of);

/// Annotates an object of this pipeline with where it comes from. What several pipelines may share, such as a
/// namespace, has no annotation of one of them.
void sign(const wanted_release& wanted, json& object);

/// Class `conflict` where another repository deployed the object, and this one does not take its place.
status check_object_source(const wanted_release& wanted, const kubernetes::object_key& key, const json& live);

/// Whether the object is annotated with another repository.
bool is_of_other_source(const wanted_release& wanted, const json& live);

}  // namespace cicd
