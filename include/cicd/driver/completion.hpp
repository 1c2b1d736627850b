// Completion for bash, zsh and fish: the scripts ask the driver for the words of the build tree at hand.
#pragma once

#include <string>
#include <string_view>

#include <cicd/engine/session.hpp>

namespace cicd {

/// The script for a shell; it completes commands, targets, steps and what `explain` knows.
std::string completion_script(std::string_view shell);

/// `cicd complete`: every word that fits somewhere, one a line with its kind: `target orders.image`, `subject
/// service.port`, …
exit_class show_completion_words(const session_request& tree, surroundings around);

}  // namespace cicd
