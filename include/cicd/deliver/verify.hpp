// VERIFY: the team's own program, told what is deployed where; its failure is the deploy's.
#pragma once

#include <string>

#include <cicd/deliver/asked_program.hpp>
#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/deliver/way.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Runs it in the source folder, without a shell; nothing that it printed is said unmasked. Class
/// `step_failed` with its last lines, `interrupted` where it was cancelled.
status run_verify(const std::string& subject,
                  const wanted_release& of,
                  const surroundings& around,
                  const cancellation& cancelled,
                  const text_mask& mask,
                  const say_line& say);
/// The same of a deployment by its record.
wanted_release release_to_verify(const deployment_record& record,
                                 const declared_pipeline& pipeline,
                                 const environment& place);

}  // namespace cicd
