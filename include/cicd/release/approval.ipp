#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/release/approval.hpp>

namespace cicd {

namespace release_approval {
namespace {

bool is_required(const graph_step& step) {
  if (step.branch_copy != nullptr) return step.branch_copy->approval == approval_rule::required;
  return step.place->approval == approval_rule::required;
}

error missing(const graph_step& step, const std::string& near) {
  return error{exit_class::policy, step.id, "nobody has approved this deploy", step.place->name.str(), {}}
      .with("there", near)
      .with("allowed", "an approval of exactly these images and objects, not older than 24 h")
      .with("try", fmt::format("cicd approve {} {} --reason '…', by somebody who looked at cicd plan {}.{}",
                               step.pipeline->declared.name.view(),
                               step.branch_copy != nullptr ? "branch" : step.place->name.str(),
                               step.pipeline->declared.name.view(), step.name()));
}

}  // namespace
}  // namespace release_approval

status check_approval(const graph_step& step,
                      const cluster_plan& plan,
                      const deployment_record& record,
                      std::chrono::system_clock::time_point now) {
  if (!release_approval::is_required(step)) return {};
  const std::string wanted = hex(approval_digest(plan, record));
  std::string near;
  for (const deployment_approval& each : plan.before.approvals) {
    if (each.digest == wanted && each.expires > now) return {};
    near = each.digest == wanted
               ? fmt::format("an approval by {} that expired at {}", each.who, utc_text(each.expires))
               : fmt::format("an approval by {} of {}, for other images or objects", each.who,
                             utc_text(each.when));
  }
  return release_approval::missing(step, near);
}

result<std::string> identity_in(kubernetes::cluster& with) {
  json review(json::object{});
  review.set("apiVersion", "authentication.k8s.io/v1");
  review.set("kind", "SelfSubjectReview");
  const kubernetes::api_answer answer =
      with.call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review);
  if (!answer) return error_of(*answer.failure, with.name(), {"SelfSubjectReview", "", ""}, "ask who we are");
  return answer.object["status"]["userInfo"]["username"].text();
}

result<deployment_approval> approve(kubernetes::cluster& with,
                                    const cluster_plan& plan,
                                    const deployment_record& record,
                                    const std::string& reason,
                                    std::chrono::system_clock::time_point now) {
  result<std::string> who = identity_in(with);
  if (!who) return std::move(who).error();
  result<cluster_state> state = read_cluster_state(with, plan.place);
  if (!state) return std::move(state).error();
  deployment_approval given{*std::move(who), reason, hex(approval_digest(plan, record)), now,
                            now + approval_lasts};
  std::erase_if(state->approvals, [&](const deployment_approval& each) {
    return each.expires <= now || (each.digest == given.digest && each.who == given.who);
  });
  state->approvals.push_back(given);
  if (status written = write_cluster_state(with, plan.place, *state); !written)
    return std::move(written).error();
  return given;
}

std::vector<std::string> verify_words(const declared_pipeline& pipeline,
                                      const environment& place,
                                      const wanted_release& of) {
  placeholder_values values{{"pipeline", of.place.pipeline},
                            {"environment", of.place.environment},
                            {"namespace", of.place.namespace_name},
                            {"version", of.record.version},
                            {"commit", of.record.commit},
                            {"commit_short", of.record.commit.substr(0, 7)},
                            {"branch", of.record.branch}};
  if (!of.record.images.empty()) values.emplace("image", of.record.images.begin()->second.reference);
  std::string host = of.facts.of_branch.host;
  for (const service& each : pipeline.declared.services)
    if (host.empty())
      host = with_placeholders(
          service_in(pipeline.declared, each.name.view(), of.place.environment).host.view(), values);
  values.emplace("host", host);
  std::vector<std::string> words;
  for (const text& word : place.verify) words.push_back(with_placeholders(word.view(), values));
  return words;
}

}  // namespace cicd
