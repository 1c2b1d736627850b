// The rules of options of pipeline_ci().
#pragma once

#include <cicd/declare/options/options.hpp>

namespace cicd::declaring {

/// Of an option of pipeline_ci() what belongs to it rather than to its type.
void specialise_ci_export(option& of);

}  // namespace cicd::declaring
