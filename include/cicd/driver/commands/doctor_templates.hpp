// What `cicd doctor` finds about the templates in use: the tools that they need, and newer versions of them.
// It asks each tool for its version, and changes nothing.
#pragma once

#include <cicd/driver/commands/doctor_machine.hpp>

namespace cicd {

void look_at_templates(const doctor_scope& of, findings& to);

}  // namespace cicd
