// `cicd preview list|remove|sweep|plan|deploy`: the previews of branches, shown, deployed and ended.
#pragma once

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/branch/places.hpp>
#include <cicd/deliver/branch/sweep.hpp>
#include <cicd/deliver/cluster/pod_count.hpp>
#include <cicd/driver/action_output.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/branch_places.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/kubernetes/api/deletion.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_preview {
namespace {

struct preview_request {
  session_request tree;
  std::string pipeline;  ///< empty: all
  std::string branch;    ///< of remove; empty: the one that is checked out
  bool as_json = false;
  bool with_claims = false;  ///< PersistentVolumeClaims too
  bool dry_run = false;
};

using time_point = std::chrono::system_clock::time_point;

/// Of a day and more whole hours: an end is set to the next full hour after a TTL.
std::string length_until(time_point from, time_point to) {
  using std::chrono::hours;
  if (to - from >= hours(24)) return fmt::format("{}h", std::chrono::floor<hours>(to - from).count());
  return human_duration(std::chrono::duration_cast<std::chrono::milliseconds>(to - from));
}

bool is_preview(const known_place& one) {
  return fact_of(one, branch_fact::kind) == "preview";
}

/// `where` is the cluster, or where else it is kept.
json row_of(const std::string& where, const known_place& one, const pod_count& pods) {
  const auto& record = one.state.record;
  json row(json::object{});
  row.set("pipeline", one.place.pipeline);
  row.set("environment", one.place.environment);
  row.set("cluster", where);
  row.set("namespace", one.place.namespace_name);
  for (const char* name :
       {branch_fact::branch, branch_fact::commit, branch_fact::who, branch_fact::host, branch_fact::expires})
    row.set(name, fact_of(one, name));
  row.set("deployed", record ? utc_text(record->when) : std::string());
  row.set("outcome", record ? record->outcome : std::string());
  row.set("ready", pods.known ? json(pods.ready) : json());
  row.set("wanted", pods.known ? json(pods.wanted) : json());
  row.set("health", pods.text());
  return row;
}

json row_of(kubernetes::cluster& with, const known_place& one) {
  return row_of(with.name(), one,
                pods_of_branch(with, one.place, "preview", fact_of(one, branch_fact::branch)));
}

/// An agent makes its pods.
json row_of(const copies_home& home, const known_place& one) {
  json row = row_of(home.name(), one, {.known = false});
  row.set("health", "committed");
  return row;
}

status add_kept(const action_ports& on, json& rows) {
  if (on.copies == nullptr) return {};
  const result<std::vector<known_place>> all = on.copies->all();
  if (!all) return all.error();
  for (const known_place& each : *all) rows.push(row_of(*on.copies, each));
  return {};
}

/// Its record went with what was in the namespace; the labels say whose it is.
json row_of_ending(kubernetes::cluster& with, const found_environment& found, const json& of) {
  const json& metadata = of["metadata"];
  json row(json::object{});
  row.set("pipeline", found.pipeline->declared.name.str());
  row.set("environment", found.place->name.str());
  row.set("cluster", with.name());
  row.set("namespace", metadata["name"].text());
  row.set(branch_fact::branch,
          metadata["annotations"]["cicd.dev/branch"].text(metadata["labels"]["cicd.dev/branch"].text()));
  row.set("outcome", "ending");
  row.set("health", fmt::format("being deleted since {}, held by {}", metadata["deletionTimestamp"].text(),
                                kubernetes::held_by(of)));
  return row;
}

std::string lines_of_ending(const json& row) {
  return fmt::format("{}\n    {}/{}, namespace {}: {}\n", displayable(row["branch"].text()),
                     row["pipeline"].text(), row["environment"].text(), row["namespace"].text(),
                     row["health"].text());
}

std::string lines_of(const json& row, time_point now) {
  if (row["outcome"].text() == "ending") return lines_of_ending(row);
  const auto shown = [&](const char* name) { return displayable(row[name].text()); };
  const auto deployed = utc_from(row["deployed"].text()), expires = utc_from(row["expires"].text());
  std::string ends = "its end is not known";
  if (expires)
    ends = *expires > now ? fmt::format("ends in {}", length_until(now, *expires))
                          : "its time is over: swept next";
  const std::string outcome = shown("outcome") == "deployed" ? std::string() : ", " + shown("outcome");
  std::string lines =
      fmt::format("{}\n    {}/{} at {}, {}{}\n", shown("branch"), shown("pipeline"), shown("environment"),
                  shown("commit").substr(0, 7), shown("health"), outcome);
  if (!shown("host").empty()) lines += fmt::format("    https://{}\n", shown("host"));
  lines += fmt::format("    by {}, {} ago; {}\n", shown("who"),
                       deployed ? length_until(*deployed, now) : "some time", ends);
  return lines;
}

error no_such(const std::string& branch, std::vector<std::string> branches) {
  return error{exit_class::usage, {}, "this branch has no preview", branch, {}}
      .with("did you mean", nearest(branch, branches).value_or(""))
      .with("there are", branches.empty() ? "none" : displayable(joined(branches, ", ")));
}

std::vector<std::string> steps_of(const session& of, const std::string& pipeline) {
  std::vector<std::string> ids;
  for (const graph_step& each : graph_of(of.model).steps)
    if (each.branch_copy() != nullptr
        && (pipeline.empty() || each.pipeline->declared.name.view() == pipeline))
      ids.push_back(each.id);
  return ids;
}

/// The run request for the previews of a pipeline.
result<run_request> run_of(const preview_request& request, const surroundings& around) {
  result<found_environment> found = find_environment(request.tree, request.pipeline, "", around);
  if (!found) return std::move(found).error();
  run_request run;
  run.tree = request.tree;
  run.as_json = request.as_json;
  run.targets = steps_of(*found->of, found->pipeline->declared.name.str());
  if (!run.targets.empty()) return run;
  return error{exit_class::usage,
               found->pipeline->declared.name.str(),
               "no preview is declared",
               {},
               {{"try", "pipeline_preview(<pipeline> IN <environment> HOST {slug}.example.com)"}}};
}

exit_class list_previews(const preview_request& request, surroundings around) {
  const interrupts signals;
  json rows(json::array{});
  const exit_class seen =
      each_branch_environment(request.tree, request.pipeline, around, [&](found_environment& found) {
        const action_ports on = ports_of(found, &signals.asked());
        status done = each_branch_cluster(on, std::nullopt, [&](const branch_cluster& at) -> status {
          for (const known_place& each : at.all)
            if (is_preview(each)) rows.push(row_of(at.with, each));
          for (const json& each : at.ending) rows.push(row_of_ending(at.with, found, each));
          return {};
        });
        if (done) done = add_kept(on, rows);
        return done ? exit_class::done : refused(done.error());
      });
  if (seen != exit_class::done) return seen;
  if (request.as_json) {
    print_json(rows);
    return exit_class::done;
  }
  if (rows.elements().empty()) print_out("no branch has a preview\n");
  for (const json& each : rows.elements()) print_out(lines_of(each, system_clock_port().now()));
  return exit_class::done;
}

/// `preview remove orders/stage`, for the record.
std::string words_of(const char* action, const found_environment& found) {
  return fmt::format("preview {} {}/{}", action, found.pipeline->declared.name.view(),
                     found.place->name.view());
}

exit_class remove_previews(const preview_request& request, surroundings around) {
  const interrupts signals;
  std::string branch = request.branch;
  std::vector<std::string> others;
  bool is_found = false;
  const exit_class done =
      each_branch_environment(request.tree, request.pipeline, around, [&](found_environment& found) {
        if (branch.empty())
          branch = git_state_of(found.pipeline->repository(), around).built_branch.value_or("");
        found.deliveries->gate().ends_preview_of(branch);
        return act_on(ports_of(found, &signals.asked()), found.of->where, words_of("remove", found),
                      action_printer(), [&](const action_ports& on) -> status {
                        const result<preview_removal> seen =
                            remove_preview({branch, request.with_claims, &signals.asked()}, on);
                        if (!seen) return seen.error();
                        is_found = is_found || seen->found;
                        others.insert(others.end(), seen->branches.begin(), seen->branches.end());
                        return {};
                      });
      });
  if (done != exit_class::done || is_found) return done;
  if (!request.branch.empty()) return refused(no_such(request.branch, others));
  print_out(fmt::format("{} has no preview: nothing to do\n", displayable(branch)));
  return exit_class::done;
}

/// What one sweep did in all environments.
struct swept {
  std::size_t over = 0;
  exit_class worst = exit_class::done;
};

/// In one environment. What could not be removed ends nothing.
exit_class sweep_in(found_environment& found,
                    const sweep_request& request,
                    const interrupts& signals,
                    swept& all) {
  action_ports on = ports_of(found, request.cancelled);
  std::optional<error> failure;
  const judged_action sweep = [&](const action_ports& ports) -> result<exit_class> {
    const result<sweep_outcome> done = sweep_branches(request, ports);
    if (!done) return *(failure = done.error());
    all.over += done->over;
    if (done->failed) all.worst = *done->failed;
    return done->failed.value_or(exit_class::done);
  };
  if (request.dry_run) {
    on.listener = action_printer();
    if (const auto seen = sweep(on); !seen) return refused(seen.error());
    return exit_class::done;
  }
  (void)act_on(std::move(on), found.of->where, words_of("sweep", found), action_printer(), sweep);
  if (!failure) return exit_class::done;
  return failure->kind == exit_class::interrupted ? signals.kind() : failure->kind;
}

exit_class sweep_previews(const preview_request& request, surroundings around) {
  const interrupts signals;
  swept all;
  const exit_class done =
      each_branch_environment(request.tree, request.pipeline, around, [&](found_environment& found) {
        const auto branches = [&] {
          return branches_at_origin(found.pipeline->repository(), around, &signals.asked());
        };
        return sweep_in(found, {branches, request.dry_run, &signals.asked()}, signals, all);
      });
  if (done != exit_class::done) return done;
  if (all.over == 0) print_out("nothing is over\n");
  return all.worst;
}

exit_class plan_previews(const preview_request& request, surroundings around) {
  result<run_request> run = run_of(request, around);
  return run ? plan_targets(*run, std::move(around)) : refused(run.error());
}

exit_class deploy_previews(const preview_request& request, surroundings around) {
  result<run_request> run = run_of(request, around);
  return run ? run_targets(*run, std::move(around)) : refused(run.error());
}

using preview_action = exit_class (*)(const preview_request&, surroundings);

CLI::App* add_preview(CLI::App* to,
                      const std::shared_ptr<preview_request>& said,
                      command_action& chosen,
                      const char* name,
                      const char* what,
                      preview_action action) {
  CLI::App* command = to->add_subcommand(name, what);
  command->add_option("pipeline", said->pipeline, "default: the only one, or all");
  with_tree(command, said->tree);
  acts(command, chosen, [said, action](surroundings around) { return action(*said, std::move(around)); });
  return command;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<preview_request>();
  CLI::App* previews = app.add_subcommand("preview", "list, deploy and remove previews of branches");
  previews->require_subcommand(1);
  add_preview(previews, said, chosen, "list", "list previews with host, health and expiry", list_previews)
      ->add_flag("--json", said->as_json, "print JSON instead of text");
  CLI::App* remove =
      add_preview(previews, said, chosen, "remove", "remove a branch's preview", remove_previews);
  remove->add_option("branch", said->branch, "default: the one that is checked out");
  remove->add_flag("--with-claims", said->with_claims, "also its PersistentVolumeClaims with their data");
  add_preview(previews, said, chosen, "sweep", "remove previews that have expired or whose branch is deleted",
              sweep_previews)
      ->add_flag("--dry-run", said->dry_run, "only list them");
  add_preview(previews, said, chosen, "plan", "show what deploying the current branch would change",
              plan_previews)
      ->add_flag("--json", said->as_json, "print JSON instead of text");
  add_preview(previews, said, chosen, "deploy", "build the current branch and deploy its preview",
              deploy_previews);
}

const registered_command preview_command(add);

}  // namespace
}  // namespace driver_commands_preview

}  // namespace cicd
