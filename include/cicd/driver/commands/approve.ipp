// `cicd approve`: agrees to what would be deployed now, and to nothing else.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/driver/action_output.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

namespace driver_commands_approve {
namespace {

struct words : environment_words {
  std::string reason, service, share;
  std::vector<std::string> take_over;
  bool preview = false, canary = false;
};

/// The step that the words mean: a deploy, a preview or a canary, of the pipeline.
result<graph_step> step_to_approve(const words& said, const found_environment& found) {
  const bool is_branch = said.environment() == "branch";
  std::vector<graph_step> fitting;
  std::vector<std::string> services;
  for (graph_step& each : graph_of(found.of->model).steps) {
    if (each.kind() != step_kind::deploy || each.pipeline != found.pipeline) continue;
    if (!is_branch && each.place()->name.view() != said.environment()) continue;
    if ((each.branch_copy() != nullptr) != (said.preview || is_branch)) continue;
    if ((each.branch_share() != nullptr) != said.canary) continue;
    if (said.canary && !said.service.empty() && each.branch_share()->service.view() != said.service) continue;
    if (said.canary) services.push_back(each.branch_share()->service.str());
    fitting.push_back(std::move(each));
  }
  if (fitting.size() == 1) return std::move(fitting.front());
  const std::string subject = found.pipeline->declared.name.str() + "/" + said.environment();
  if (!services.empty())
    return error{exit_class::usage, subject, "several services may have a canary", {}, {}}
        .with("allowed", joined(services, ", "))
        .with("try", "--service " + services.front());
  return error{exit_class::usage,
               subject,
               said.canary ? "no canary is declared here" : "no preview is declared here",
               said.service.empty() ? std::nullopt : std::optional(said.service),
               {{"try", said.canary ? "pipeline_canary()" : "pipeline_preview()"}}};
}

/// Agrees to what was planned last for the step.
exit_class approve_planned(const words& said,
                           const graph_step& step,
                           const project_plan& planned,
                           found_environment& found) {
  if (const std::optional<error> known = planned.deliveries().gate().refused_in_plan(step))
    return refused(*known);
  const session& of = planned.of();
  std::vector<plan_to_approve> plans;
  for (const planned_wave& each : planned.deliveries().last_plans(step))
    plans.push_back({each.plan, each.wanted.record});
  return act_on(
      ports_of(found, nullptr), of.where, "approve " + step.id, action_printer(),
      [&](const action_ports& on) {
        return approve_plans(
            {step.id, said.reason, of.build_command() + " " + step.pipeline->declared.name.str() + ".image"},
            plans, on);
      });
}

exit_class approve_one(const words& said, const std::string& pipeline, const surroundings& around) {
  const bool is_branch = said.environment() == "branch";
  result<found_environment> found =
      find_environment(said.tree, pipeline, is_branch ? "" : said.environment(), around);
  if (!found) return refused(found.error());
  if (found->place != nullptr)
    if (status can = check_way(pipeline + "/" + said.environment(), found->place->via, way_feature::approval,
                               "this environment takes no approvals",
                               "a review of the change in its manifest repository");
        !can)
      return refused(can.error());
  const result<graph_step> step = step_to_approve(said, *found);
  if (!step) return refused(step.error());
  found->place = step->place();
  found->waves = waves_of(found->of->where, *step->pipeline, *step->place());
  if (status may = found->deliveries->gate().may_begin(change::approve, *step->pipeline, *step->place());
      !may)
    return refused(may.error());
  const result<int> percent = percent_of_share(said.share);
  if (!percent) return refused(percent.error());
  run_request request;
  request.tree = said.tree;
  request.targets = {step->id};
  request.canary_percent = *percent;
  request.take_over = said.take_over;
  return plan_and(request, around, [&](const project_plan& plan) {
    return approve_planned(said, plan.graph().steps[*plan.graph().find(step->id)], plan, *found);
  });
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* approve = app.add_subcommand("approve", "approve the current plan; valid for 24 hours");
  add_names(approve, *said);
  add_reason(approve, said->reason, "why")->required();
  CLI::Option* copy = approve->add_flag("--preview", said->preview, "the preview of the current branch");
  CLI::Option* share = approve->add_flag("--canary", said->canary, "the canary of the current branch");
  share->excludes(copy);
  approve->add_option("--share", said->share, "of the canary, such as 10%; default: as declared")
      ->needs(share)
      ->type_name("SHARE");
  approve->add_option("--service", said->service, "of the canary, where several may have one")
      ->needs(share)
      ->type_name("NAME");
  add_take_over(approve, said->take_over);
  acts_for_each(approve, chosen, said, approve_one);
}

const registered_command approve_command(add);

}  // namespace
}  // namespace driver_commands_approve

}  // namespace cicd
