// The fields of an object that change, as lines of a plan. Pure.
#pragma once

#include <string>
#include <vector>

#include <cicd/kubernetes/object_diff.hpp>

namespace cicd::kubernetes {

/// A line for each field; those that only name the release, which every label and annotation of it repeats,
/// are one.
std::vector<std::string> lines_of(const std::vector<field_change>& changes);

}  // namespace cicd::kubernetes
