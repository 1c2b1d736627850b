// What a process that has ended may have left running. It ends nothing.
#pragma once

#include <string_view>

namespace cicd {

/// Whether a process of this machine, other than this one, was started with that assignment among its
/// variables
/// (`NAME=value`), as far as we may look.
bool has_strays(std::string_view assignment);

}  // namespace cicd
