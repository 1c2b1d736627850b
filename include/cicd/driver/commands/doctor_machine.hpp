// What `cicd doctor` looks at on this machine: the tools that the steps name, folders, disk, clock, the state
// of the sources, the CI system. It contacts no server and changes nothing.
#pragma once

#include <vector>

#include <cicd/driver/commands/doctor_findings.hpp>
#include <cicd/driver/commands/named_environments.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// What is looked at: some pipelines with some of their environments.
struct doctor_scope {
  const session& of;
  const surroundings& around;
  const cancellation& cancelled;
  std::vector<const declared_pipeline*> pipelines{};
  std::vector<named_environment> environments{};
};

void look_at_tools(const doctor_scope& of, findings& to);
/// That of the C++ files that declare pipelines, where there are some.
void look_at_compiler(const doctor_scope& of, findings& to);
void look_at_folders(const doctor_scope& of, findings& to);
void look_at_clock(const doctor_scope& of, findings& to);
void look_at_sources(const doctor_scope& of, findings& to);
void look_at_ci(const doctor_scope& of, findings& to);

}  // namespace cicd
