// What `cicd doctor` asks the registries and manifest repositories: whether they answer, and take the logins
// that are here. It writes nothing to them.
#pragma once

#include <cicd/driver/commands/doctor_machine.hpp>

namespace cicd {

void look_at_registries(const doctor_scope& of, findings& to);
void look_at_manifest_repositories(const doctor_scope& of, findings& to);
/// The repositories of CODE.
void look_at_code(const doctor_scope& of, findings& to);

}  // namespace cicd
