// How the room's failures begin; the words that are used more than once stand here.
#pragma once

#include <optional>
#include <string>

#include <cicd/base/error.hpp>

namespace cicd {

/// A failure of the room image/ without a subject, which the caller knows.
error image_error(exit_class kind, std::string what, std::optional<std::string> value = {});
/// The same with the system's reason, from `errno`.
error image_system_error(exit_class kind, std::string what, std::string path);
/// A stop was asked for.
error image_cancelled();

}  // namespace cicd
