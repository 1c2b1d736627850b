// See approval.hpp.
#pragma once

#include <algorithm>

#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/deliver/policy/approval.hpp>

namespace cicd {

result<std::string> identity_in(kubernetes::cluster& with) {
  json review(json::object{});
  review.set("apiVersion", "authentication.k8s.io/v1");
  review.set("kind", "SelfSubjectReview");
  const kubernetes::api_answer answer =
      with.call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review);
  if (!answer)
    return error_of(*answer.failure, with.name(), {"SelfSubjectReview", "", ""},
                    "read the user's name from the cluster");
  return answer.object["status"]["userInfo"]["username"].text();
}

status make_planned_namespace(const permit&,
                              kubernetes::cluster& with,
                              const cluster_place& home,
                              const cluster_plan& plan) {
  const kubernetes::object_key key{"Namespace", "", home.namespace_name};
  const auto planned = std::ranges::find(plan.objects, key, &planned_object::key);
  if (planned == plan.objects.end() || planned->kind != planned_object::what::add) return {};
  if (with.get(key)) return {};
  if (const kubernetes::api_answer made = with.apply({planned->wanted}, {}).front(); !made)
    return error_of(*made.failure, home.text(), key, "create the namespace");
  return {};
}

status use_up_in(const permit&,
                 kubernetes::cluster& with,
                 const cluster_place& home,
                 const std::string& digest) {
  constexpr int most_tries = 5;
  for (int tries = 0;; ++tries) {
    result<cluster_state> state = read_cluster_state(with, home);
    if (!state) return std::move(state).error();
    const std::size_t before = state->approvals.size();
    use_up(state->approvals, digest);
    if (state->approvals.size() == before) return {};
    const status written = write_cluster_state(with, home, *state);
    if (written || written.error().kind != exit_class::conflict || tries == most_tries) return written;
  }
}

}  // namespace cicd
