// Approvals: somebody whom the cluster knows agreed to exactly these images and objects, for a while. How a
// plan is made, and what follows without one, it does not know.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/deliver/policy/action.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

/// How long an approval holds.
inline constexpr std::chrono::hours approval_lasts{24};

/// The command that gives the approval of exactly this step: a deploy, a preview, a canary of this share (0:
/// as declared), with the managers whose fields it takes over this once.
std::string approve_words(const graph_step& step,
                          int percent,
                          const std::vector<std::string>& take_over = {});

struct approval_request {
  std::string step;  ///< `orders/deploy-prod`
  std::string reason;
  std::string make_images;  ///< the command that makes what it would deploy
};
/// What would be deployed to one cluster, and what would be recorded.
struct plan_to_approve {
  const cluster_plan& plan;
  const deployment_record& record;
};
/// Agrees to the plans of a step, one for each cluster of the environment in their order, and to nothing
/// else. Tells `approval_started` and `approved` for each. Class `usage` where nothing could be planned.
status approve_plans(const approval_request& request,
                     const std::vector<plan_to_approve>& plans,
                     const action_ports& on);

/// Records the approval of a plan with the environment (`home`) that it is made in, under the name that the
/// API server knows the caller by. A namespace that the plan would make is made for it.
result<deployment_approval> approve(const permit& allowed,
                                    kubernetes::cluster& with,
                                    const cluster_place& home,
                                    const cluster_plan& plan,
                                    const deployment_record& record,
                                    const std::string& reason,
                                    std::chrono::system_clock::time_point now);

/// Who we are to the API server (`SelfSubjectReview`).
result<std::string> identity_in(kubernetes::cluster& with);

}  // namespace cicd
