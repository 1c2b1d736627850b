// The inputs that other inputs name: INPUTS_NAMED_IN.
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/steps.hpp>

namespace cicd {

/// The patterns of what the texts of INPUTS_NAMED_IN name and is there.
std::vector<std::string> named_inputs(const step& of, const std::string& source);

}  // namespace cicd
