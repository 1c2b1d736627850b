// Whether files hold what was read of them when CMake configured. It does not know what they declare.
#pragma once

#include <optional>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/parse/recorded_call.hpp>

namespace cicd {

/// The first that holds something else, or is not there any more; class `usage`.
std::optional<error> change_since_configure(const std::vector<configured_file>& files);

}  // namespace cicd
