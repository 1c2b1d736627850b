// The rules of options of backing services.
#pragma once

#include <cicd/declare/options/options.hpp>

namespace cicd::declaring {

/// Of a backing service's option what belongs to it rather than to its type.
void specialise_backing_service(option& of);

}  // namespace cicd::declaring
