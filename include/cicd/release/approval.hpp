// Approvals: somebody whom the cluster knows agreed to exactly these images and objects, for a while. And the
// refusal without one. It does not know how a plan is made.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <cicd/plan/graph.hpp>
#include <cicd/release/cluster_plan.hpp>

namespace cicd {

/// How long an approval holds.
inline constexpr std::chrono::hours approval_lasts{24};

/// Success where none is required or one holds; class `policy` otherwise, with how to give one.
status check_approval(const graph_step& step,
                      const cluster_plan& plan,
                      const deployment_record& record,
                      std::chrono::system_clock::time_point now);

/// Records the approval of a plan in the cluster, under the name that the API server knows the caller by.
result<deployment_approval> approve(kubernetes::cluster& with,
                                    const cluster_plan& plan,
                                    const deployment_record& record,
                                    const std::string& reason,
                                    std::chrono::system_clock::time_point now);

/// Who we are to the API server (`SelfSubjectReview`).
result<std::string> identity_in(kubernetes::cluster& with);

/// The words of VERIFY with their placeholders replaced.
std::vector<std::string> verify_words(const declared_pipeline& pipeline,
                                      const environment& place,
                                      const wanted_release& of);

}  // namespace cicd
