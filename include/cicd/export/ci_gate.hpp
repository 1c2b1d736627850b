// What the gate before a deploy is called in each CI system: what an exported file writes, and the only name
// that an approval takes. It knows no file, and not who passed it.
#pragma once

#include <string>
#include <string_view>

namespace cicd {

/// `orders-deploy-prod`; no CI system takes a job's name that begins with a digit.
std::string ci_job_name(std::string_view pipeline, std::string_view part);

struct gated_deploy {
  std::string pipeline;     ///< or what stands for it in a file
  std::string environment;  ///< the name of the environment
  std::string part;         ///< of the job: `deploy-prod`
  bool is_preview = false;
};

/// `system` as `ci_event` names it. Empty where the system does not name who passed a gate.
std::string gate_name(std::string_view system, const gated_deploy& of);
/// Whether `gate` is that name; of GitLab also that of its job in a matrix, `all-deploy-prod-2: [orders]`.
bool is_gate_of(std::string_view system, const gated_deploy& of, std::string_view gate);

}  // namespace cicd
