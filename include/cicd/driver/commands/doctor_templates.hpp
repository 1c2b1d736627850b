// What `cicd doctor` finds about the templates in use: the tools that they need, and newer versions of them.
// It asks each tool for its version, and changes nothing.
#pragma once

#include <string>
#include <string_view>

#include <cicd/driver/commands/doctor_machine.hpp>

namespace cicd {

void look_at_templates(const doctor_scope& of, findings& to);

/// The version in what a tool printed: the first number with a dot, else the first number; empty where there
/// is none.
std::string version_in(std::string_view printed);

}  // namespace cicd
