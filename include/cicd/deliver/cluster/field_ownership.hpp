// Taking an object over from another field manager, such as helm: its fields become ours, so that those which
// we do not send are removed by our apply. It does not know how a plan is made.
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/pipeline.hpp>
#include <cicd/kubernetes/api/cluster.hpp>

namespace cicd {

/// The field manager that has the number of pods between us and the first write of an autoscaler.
inline constexpr const char* count_keeper = "cicd-autoscaled";

/// Whether `autoscaler` decides the number of pods of `workload`.
bool scales(const json& autoscaler, const json& workload);

/// Those of TAKE_OVER that own fields of the object; none of an object that is not there.
std::vector<std::string> managers_taken_over(const json& live, const std::vector<std::string>& take_over);

/// What the object will be once the fields of these managers are ours and `answer`, which a dry run gave
/// back, is applied: without the fields that they sent and we do not.
json after_taking_over(const json& answer, const json& live, const std::vector<std::string>& managers);

/// What a dry run gave back, with the number of pods that is there where `wanted` leaves it to an autoscaler.
json with_count_of(const json& live, json answer, const json& wanted);

/// Hands the fields of these managers over to `cicd` in `metadata.managedFields`, before an apply of
/// `wanted`. What we leave to others (the number of pods of an autoscaled workload, whether a cron job is
/// suspended) stays with theirs, so that it keeps its value; the number of pods also where it was ours until
/// now. Nothing to do is success; class `conflict` when the object changed meanwhile.
status take_over_fields(kubernetes::cluster& with,
                        const json& live,
                        const json& wanted,
                        const std::vector<std::string>& managers,
                        const std::string& subject);

/// The entries of `metadata.managedFields` after that; null when there is nothing to hand over. Pure.
json managed_fields_after(const json& live, const json& wanted, const std::vector<std::string>& managers);

}  // namespace cicd
