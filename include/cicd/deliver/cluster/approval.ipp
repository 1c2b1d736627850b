// Approvals, kept with the state of the environment.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/cluster/approval.hpp>

namespace cicd {

namespace deliver_cluster_approval {
namespace {

/// An approval lives in the namespace, which may have to be made first.
status make_namespace(kubernetes::cluster& with, const cluster_place& home, const cluster_plan& plan) {
  const kubernetes::object_key key{"Namespace", "", home.namespace_name};
  const auto planned = std::ranges::find(plan.objects, key, &planned_object::key);
  if (planned == plan.objects.end() || planned->kind != planned_object::what::add) return {};
  if (with.get(key)) return {};
  if (const kubernetes::api_answer made = with.apply({planned->wanted}, {}).front(); !made)
    return error_of(*made.failure, home.text(), key, "create the namespace");
  return {};
}

}  // namespace
}  // namespace deliver_cluster_approval

std::string approve_words(const graph_step& step, int percent, const std::vector<std::string>& take_over) {
  std::string words =
      fmt::format("cicd approve {} {}", step.pipeline->declared.name.view(), step.place()->name.view());
  for (const std::string& each : take_over) words += " --take-over " + shell_quoted(each);
  if (step.branch_copy() != nullptr) return words + " --preview";
  if (step.branch_share() == nullptr) return words;
  words += " --canary";
  const auto& all = step.pipeline->declared.canaries;
  if (std::ranges::count(all, step.branch_share()->in, &canary::in) > 1)
    words += fmt::format(" --service {}", step.branch_share()->service.view());
  return percent > 0 ? words + fmt::format(" --share {}%", percent) : words;
}

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

status approve_plans(const approval_request& request,
                     const std::vector<plan_to_approve>& plans,
                     const action_ports& on) {
  if (plans.empty())
    return error{exit_class::usage,
                 request.step,
                 "the plan is not known yet: its images are not built",
                 {},
                 {{"try", request.make_images + ", then approve"}}};
  const result<permit> allowed = on.may(change::approve, {});
  if (!allowed) return allowed.error();
  for (std::size_t at = 0; at < plans.size(); ++at) {
    const auto& [plan, record] = plans[at];
    const result<open_place> opened = on.open(at);
    if (!opened) return opened.error();
    const changed_place where = on.at(*opened->with);
    on.tell(approval_started{where, request.step, lines_of(plan)});
    const result<deployment_approval> given =
        approve(*allowed, *opened->with, opened->place, plan, record, request.reason, on.time->now());
    if (!given) return given.error();
    on.tell(approved{where, request.step, record.version, given->who, given->reason, given->digest,
                     given->expires});
  }
  return {};
}

result<deployment_approval> approve(const permit&,
                                    kubernetes::cluster& with,
                                    const cluster_place& home,
                                    const cluster_plan& plan,
                                    const deployment_record& record,
                                    const std::string& reason,
                                    std::chrono::system_clock::time_point now) {
  result<std::string> who = identity_in(with);
  if (!who) return std::move(who).error();
  if (status made = deliver_cluster_approval::make_namespace(with, home, plan); !made)
    return std::move(made).error();
  result<cluster_state> state = read_cluster_state(with, home);
  if (!state) return std::move(state).error();
  deployment_approval given{*std::move(who), reason, hex(approval_digest(plan, record)), now,
                            now + approval_lasts};
  std::erase_if(state->approvals, [&](const deployment_approval& each) {
    return each.expires <= now || (each.digest == given.digest && each.who == given.who);
  });
  state->approvals.push_back(given);
  if (status written = write_cluster_state(with, home, *state); !written) return std::move(written).error();
  return given;
}

}  // namespace cicd
