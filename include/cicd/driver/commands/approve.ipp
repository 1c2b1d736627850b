// `cicd approve`: agrees to what would be deployed now, and to nothing else; lists what is approved, and
// takes it back.
#pragma once

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/build_approval.hpp>
#include <cicd/deliver/passed_gate.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/driver/action_output.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/approval_page.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/export/ci_gate.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_approve {
namespace {

struct words : environment_words {
  std::string reason, expires, service, share, which, plan, gate;
  std::vector<std::string> take_over;
  commit_choice choice;

  bool chooses() const { return !choice.version.empty() || !choice.commit.empty() || !choice.from.empty(); }
  bool preview = false, canary = false, builds = false, lists = false, withdraws = false, json = false;
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

/// `--expires 4h`; without it 24 h.
result<std::chrono::seconds> lasting(const std::string& given) {
  if (given.empty()) return std::chrono::seconds(approval_lasts);
  const result<duration> length = length_in("--expires", given);
  if (!length) return length.error();
  return std::chrono::seconds(length->whole_seconds());
}

/// What CI says of who approves; empty where it names a person, or where this is no CI.
std::string nameless_system(const surroundings& around) {
  const ci_event event = ci_event_of(around);
  if (!event.system.empty()) return event.actor.empty() ? event.system : std::string();
  return around.get_or("CI", "").empty() ? std::string() : "CI=" + around.get_or("CI", "");
}

approval_request request_of(const words& said,
                            const graph_step& step,
                            std::chrono::seconds lasts,
                            const std::string& promoted,
                            const session& of) {
  approval_request request{.step = step.id, .reason = said.reason, .lasts = lasts};
  request.make_images = of.build_command() + " " + step.pipeline->declared.name.str() + ".image";
  request.rule = approval_rule_of(step);
  if (request.rule != approval_rule::other) return request;
  const std::string& folder = step.pipeline->repository();
  const std::string commit =
      promoted.empty() ? git_state_of(folder, of.around).commit.value_or("") : promoted;
  request.author = author_of(folder, commit, of.around);
  request.nameless_system = nameless_system(of.around);
  return request;
}

error nothing_to_approve(const graph_step& step) {
  return {exit_class::usage, step.id, "nothing would be deployed, so there is nothing to approve", {}, {}};
}

error needs_no_approval(const graph_step& step) {
  return {exit_class::usage,
          step.id,
          "this is deployed without an approval",
          {},
          {{"allowed", "what declares APPROVAL required or APPROVAL other"}}};
}

/// What is yanked is never deployed, so that an approval of it is none.
status check_not_yanked(const graph_step& step, const std::string& commit, change_gate& gate) {
  const auto mark = gate.mark_of(*step.pipeline, commit);
  if (!mark) return mark.error();
  if (!*mark || (*mark)->is != artifact_mark::kind::yanked) return {};
  return error{
      exit_class::policy,
      step.id,
      fmt::format("yanked by {} at {}: {}", displayable((*mark)->who), utc_text((*mark)->when),
                  displayable((*mark)->reason)),
      commit.substr(0, 7),
      {{"allowed", "any other commit"}, {"try", "cicd artifacts " + step.pipeline->declared.name.str()}}};
}

/// Of `--plan FILE`: what is approved is what that plan showed.
status check_plan(const std::string& file, const graph_step& step, const std::vector<approvable>& plans) {
  if (file.empty()) return {};
  const result<std::string> text = read_given(file);
  if (!text) return text.error();
  const result<json> saved = parse_json(*text);
  if (!saved || (*saved)["schema"].integer() != 1)
    return error{exit_class::usage, {}, "not a saved plan", file, {{"try", "cicd plan --out " + file}}};
  std::vector<std::string> shown;
  for (const json& each : (*saved)["deploys"].elements())
    if (each["part_of"].text(each["step"].text()) == step.id) shown.push_back(each["approval"].text());
  for (const approvable& each : plans)
    if (!each.digest.empty() && std::ranges::find(shown, each.digest) == shown.end())
      return error{exit_class::policy,
                   step.id,
                   "what would be approved is no longer what the saved plan was made of",
                   each.version,
                   {{"try", "make the plan again, and look at it"}}};
  return {};
}

/// A gate is of one deploy: that of another proves nothing. Where the system names no person it is asked
/// below.
status check_gate(const std::string& gate, const graph_step& step, const surroundings& around) {
  const std::string system = ci_event_of(around).system;
  const gated_deploy of{step.pipeline->declared.name.str(), step.place()->name.str(), step.name(),
                        step.branch_copy() != nullptr};
  const std::string name = gate_name(system, of);
  if (name.empty() || is_gate_of(system, of, gate)) return {};
  return error{exit_class::policy, step.id, "this is behind another gate", displayable(gate), {}}.with(
      "allowed", displayable(name));
}

/// The person whom the CI system names: the one who passed the gate, or without a gate the one who started
/// this job; empty where it names none.
result<std::string> named_by_system(const std::string& gate,
                                    const graph_step& step,
                                    const std::string& commit,
                                    const session& of) {
  const interrupts stop;
  const std::string& clone = of.model.tree.source_root;
  result<std::string> who = gate.empty() ? result<std::string>(ci_event_of(of.around).actor)
                                         : who_passed_gate(gate, clone, of.around, &stop.asked());
  if (!who || who->empty() || approval_rule_of(step) != approval_rule::other) return who;
  if (status other = check_other_login(*who, commit, clone, of.around, &stop.asked()); !other)
    return std::move(other).error();
  return who;
}

/// Agrees to what was planned last for the step.
exit_class approve_planned(const words& said,
                           std::chrono::seconds lasts,
                           const graph_step& step,
                           const project_plan& planned,
                           const std::string& promoted,
                           found_environment& found) {
  const session& of = planned.of();
  const std::string commit =
      promoted.empty() ? git_state_of(step.pipeline->repository(), of.around).commit.value_or("") : promoted;
  if (status good = check_not_yanked(step, commit, planned.deliveries().gate()); !good)
    return refused(good.error());
  // What was refused for want of this very approval is what is approved now.
  const std::optional<error> known = planned.deliveries().gate().refused_in_plan(step);
  if (known && known->kind != exit_class::policy) return refused(*known);
  const std::vector<approvable> plans = planned.deliveries().last_approvable(step);
  if (known && plans.empty()) return refused(*known);
  if (status same = check_plan(said.plan, step, plans); !same) return refused(same.error());
  const auto is_this = [&](const step_plan& each) { return planned.graph().steps[each.step].id == step.id; };
  const auto found_plan = std::ranges::find_if(planned.steps(), is_this);
  if (found_plan != planned.steps().end() && found_plan->what == decision::up_to_date) {
    if (said.gate.empty()) return refused(nothing_to_approve(step));
    // The job goes on to a deploy that does nothing, either.
    print_out(step.id + ": nothing would be deployed, so nothing is approved\n");
    return exit_class::done;
  }
  // A preview may need one by the base branch of its pull request.
  if (approval_rule_of(step) == approval_rule::none && step.branch_copy() == nullptr)
    return refused(needs_no_approval(step));
  const result<std::string> named = named_by_system(said.gate, step, commit, of);
  if (!named) return refused(named.error());
  action_ports on_behalf = ports_of(found, nullptr);
  if (!said.gate.empty()) on_behalf.who = [who = *named] { return who; };
  return act_on(std::move(on_behalf), of.where, "approve " + step.id, action_printer(),
                [&](const action_ports& on) {
                  return approve(request_of(said, step, lasts, promoted, of), plans, on);
                });
}

exit_class list_or_withdraw(const words& said, found_environment& found) {
  if (said.withdraws)
    return act_on(ports_of(found, nullptr), found.of->where,
                  fmt::format("approve --withdraw {}/{}", found.pipeline->declared.name.view(),
                              found.place->name.view()),
                  action_printer(),
                  [&](const action_ports& on) { return withdraw_approvals(said.which, on); });
  approval_page page{.now = system_clock_port().now()};
  const status shown = show_approvals(
      ports_of(found, nullptr),
      [&](const changed_place& at, const std::vector<deployment_approval>& all) { page.add(at, all); });
  if (!shown) return refused(shown.error());
  if (said.json)
    print_json(json_of(page));
  else
    print_out(text_of(page));
  return exit_class::done;
}

/// `--reason` is needed where something is approved.
status check_words(const words& said) {
  if (said.lists || said.withdraws) {
    if (said.which.empty() || said.which.size() >= 6) return {};
    return error{exit_class::usage,
                 {},
                 "--id: at least six digits of an approval",
                 said.which,
                 {{"try", "cicd approve --list shows them"}}};
  }
  if (!said.reason.empty()) return {};
  return error{
      exit_class::usage, {}, "--reason is missing: why it is approved", {}, {{"try", "--reason '…'"}}};
}

exit_class approve_one(const words& said, const std::string& pipeline, const surroundings& around) {
  if (status fine = check_words(said); !fine) return refused(fine.error());
  const result<std::chrono::seconds> lasts = lasting(said.expires);
  if (!lasts) return refused(lasts.error());
  const bool is_branch = said.environment() == "branch";
  result<found_environment> found =
      find_environment(said.tree, pipeline, is_branch ? "" : said.environment(), around);
  if (!found) return refused(found.error());
  if ((said.lists || said.withdraws) && !is_branch) return list_or_withdraw(said, *found);
  const result<graph_step> step = step_to_approve(said, *found);
  if (!step) return refused(step.error());
  found->place = step->place();
  if (can(step->place()->via, way_feature::cluster))
    found->waves = waves_of(found->of->where, *step->pipeline, *step->place());
  if (said.lists || said.withdraws) return list_or_withdraw(said, *found);
  if (!said.gate.empty()) {
    if (status its = check_gate(said.gate, *step, around); !its) return refused(its.error());
    if (step->branch_copy() != nullptr) found->deliveries->gate().approves_preview_by_gate();
  }
  const clone_need need = said.chooses() ? clone_need::fresh : clone_need::there;
  if (status there = bring_sources(*found, need); !there) return refused(there.error());
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
  request.takes_changes = said.preview;
  std::string promoted;
  if (said.chooses()) {
    const interrupts stop;
    const result<chosen_commit> what = chosen_commit_of(said.choice, *found->pipeline, *found->place,
                                                        look_in(*found, stop.asked()), found->of->around);
    if (!what) return refused(what.error());
    promoted = what->commit;
    request.by_hand[found->pipeline->declared.name.str()] = {what->commit, what->tag, {}};
  }
  return plan_and(request, around, [&](const project_plan& plan) {
    return approve_planned(said, *lasts, plan.graph().steps[*plan.graph().find(step->id)], plan, promoted,
                           *found);
  });
}

// --- APPROVAL_TO_BUILD ---

json json_of_build(const std::string& pipeline,
                   const std::string& commit,
                   const std::optional<artifact_mark>& said,
                   std::chrono::system_clock::time_point now) {
  json document;
  const bool holds = said && said->is == artifact_mark::kind::approved && said->expires > now;
  document.set("schema", 1).set("pipeline", pipeline).set("commit", commit);
  document.set("may_be_built", holds).set("mark", said ? json_of(*said) : json());
  return document;
}

error no_approval_to_build(const declared_pipeline& pipeline) {
  return {exit_class::usage,
          pipeline.declared.name.str(),
          "this pipeline is built without an approval",
          {},
          {{"allowed", "add_pipeline(… APPROVAL_TO_BUILD) or pipeline_preview(… APPROVAL_TO_BUILD)"}}};
}

bool asks_for_approval_to_build(const pipeline& declared) {
  return declared.approval_to_build || std::ranges::any_of(declared.previews, &preview::approval_to_build);
}

exit_class show_build(const words& said,
                      const std::string& pipeline,
                      const std::string& commit,
                      const artifact_store& store) {
  const auto mark = store.build_approval_of(commit);
  if (!mark) return refused(mark.error());
  const auto now = system_clock_port().now();
  if (said.json)
    print_json(json_of_build(pipeline, commit, *mark, now));
  else
    print_out(*mark ? fmt::format("{}: {}\n", pipeline, text_of(**mark, now))
                    : fmt::format("{}: the build of {} is not approved\n", pipeline, commit.substr(0, 7)));
  return exit_class::done;
}

exit_class approve_build(const words& said, const surroundings& around) {
  if (status fine = check_words(said); !fine) return refused(fine.error());
  const result<std::chrono::seconds> lasts = lasting(said.expires);
  if (!lasts) return refused(lasts.error());
  if (said.names.size() > 1)
    return refused(error{exit_class::usage,
                         {},
                         "--build approves a commit of a pipeline, in no environment",
                         said.environment(),
                         {{"try", fmt::format("cicd approve {} --build --reason '…'", said.names.front())}}});
  result<found_environment> found = find_environment(said.tree, said.names.front(), {}, around);
  if (!found) return refused(found.error());
  const declared_pipeline& pipeline = *found->pipeline;
  if (!asks_for_approval_to_build(pipeline.declared)) return refused(no_approval_to_build(pipeline));
  if (status there = bring_sources(*found, clone_need::there); !there) return refused(there.error());
  const session& of = *found->of;
  const std::string& folder = pipeline.repository();
  const git_state git = git_state_of(folder, of.around);
  if (!git.commit)
    return refused(error{exit_class::usage,
                         pipeline.declared.name.str(),
                         "an approval is of a commit, and none is checked out",
                         folder,
                         {{"try", "commit the change, and approve that"}}});
  const interrupts stops;
  const result<artifact_store> store = artifacts_of(pipeline, of.where, of.around, stops.asked());
  if (!store) return refused(store.error());
  if (said.lists) return show_build(said, pipeline.declared.name.str(), *git.commit, *store);
  const result<artifact_mark> written =
      say_of_build({.commit = *git.commit,
                    .who = who(folder, of.around),
                    .reason = said.reason,
                    .lasts = *lasts,
                    .withdraws = said.withdraws},
                   *store, system_clock_port(),
                   [&] { return found->deliveries->gate().may_change(change::approve, pipeline); });
  if (!written) return refused(written.error());
  print_out(
      fmt::format("{}: {}\n", pipeline.declared.name.view(), text_of(*written, system_clock_port().now())));
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* approve =
      app.add_subcommand("approve", "approve what would be deployed, or list and withdraw approvals");
  add_names(approve, *said);
  CLI::Option* reason = add_reason(approve, said->reason, "why; needed to approve");
  CLI::Option* expires = approve
                             ->add_option("--expires", said->expires,
                                          "how long the approval is valid, at most 30d; default: 24h")
                             ->type_name("TIME");
  CLI::Option* lists = approve->add_flag("--list", said->lists, "what is approved, and until when");
  CLI::Option* withdraws =
      approve->add_flag("--withdraw", said->withdraws, "take the environment's approvals back");
  withdraws->excludes(lists);
  for (CLI::Option* each : {reason, expires}) each->excludes(lists)->excludes(withdraws);
  with_json(approve, said->json)->get_option("--json")->needs(lists);
  CLI::Option* id =
      approve->add_option("--id", said->which, "withdraw only the approval with this id of --list")
          ->needs(withdraws)
          ->type_name("ID");
  CLI::Option* builds = approve->add_flag(
      "--build", said->builds,
      "approve that the commit that is checked out is built; takes a pipeline and no environment");
  CLI::Option* copy = approve->add_flag("--preview", said->preview, "the preview of the current branch");
  CLI::Option* share = approve->add_flag("--canary", said->canary, "the canary of the current branch");
  share->excludes(copy);
  builds->excludes(copy)->excludes(share)->excludes(id);
  for (CLI::Option* each : {copy, share}) each->excludes(lists)->excludes(withdraws);
  approve->add_option("--share", said->share, "of the canary, such as 10%; default: as declared")
      ->needs(share)
      ->type_name("SHARE");
  approve->add_option("--service", said->service, "of the canary, where several may have one")
      ->needs(share)
      ->type_name("NAME");
  add_choice(approve, said->choice);
  for (const char* name : {"--version", "--commit", "--from"})
    for (CLI::Option* other : {copy, share, builds, lists, withdraws})
      approve->get_option(name)->excludes(other);
  CLI::Option* plan =
      approve->add_option("--plan", said->plan, "only what this file of cicd plan --out showed")
          ->type_name("FILE");
  CLI::Option* gate =
      approve
          ->add_option("--gate", said->gate, "in a job behind this gate of the CI system: by who passed it")
          ->type_name("NAME");
  for (CLI::Option* other : {builds, lists, withdraws}) plan->excludes(other), gate->excludes(other);
  gate->excludes(share);
  add_take_over(approve, said->take_over);
  for (CLI::Option* other : {builds, lists, withdraws}) approve->get_option("--take-over")->excludes(other);
  acts(approve, chosen, [said](const surroundings& around) {
    if (said->builds) return approve_build(*said, around);
    return for_each_pipeline(
        *said, around, [&](const std::string& pipeline) { return approve_one(*said, pipeline, around); });
  });
}

const registered_command approve_command(add);

}  // namespace
}  // namespace driver_commands_approve

}  // namespace cicd
