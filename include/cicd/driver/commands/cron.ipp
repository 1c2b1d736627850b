// Finds the one cron job that is meant, then acts on it: by a Job of our making, or as the manager of
// `spec.suspend`.
#pragma once

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/cron.hpp>
#include <cicd/driver/commands/cron_board.hpp>
#include <cicd/driver/commands/cron_listing.hpp>
#include <cicd/driver/commands/followed_job.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_cron {
namespace {

using kubernetes::cron_status;

/// One cron job of one cluster, deployed.
struct chosen_cron_job {
  opened_environment at;
  known_cron_job job;
  std::string subject() const { return at.wave.place.text() + " " + job.name; }
  kubernetes::object_key key() const { return {"CronJob", at.wave.place.namespace_name, job.status.object}; }
};

error unknown_name(const cron_board& board, const cluster_place& place, const std::string& name) {
  std::vector<std::string> names;
  for (const known_cron_job& each : board.jobs) names.push_back(each.name);
  return error{exit_class::usage, place.text(), "there is no such cron job", name, {}}
      .with("did you mean", nearest(name, names).value_or(""))
      .with("allowed", names.empty() ? "none: no cron job is declared" : joined(names, ", "));
}

error not_deployed(const known_cron_job& job, const cluster_place& place) {
  if (job.off)
    return error{exit_class::usage, place.text(), "this cron job is OFF in this environment", job.name, {}};
  return error{exit_class::usage,
               place.text(),
               "this cron job is declared, but not deployed yet",
               job.name,
               {{"try", fmt::format("cicd run {}.deploy-{}", place.pipeline, place.environment)}}};
}

result<chosen_cron_job> choose(const cron_request& request,
                               surroundings around,
                               const cancellation& cancelled,
                               change what) {
  result<opened_environment> at = open_environment(request.tree, request.pipeline, request.environment,
                                                   request.context, std::move(around), &cancelled, what);
  if (!at) return std::move(at).error();
  const result<cron_board> board = read_cron_board(*at->with, at->wave.place, at->found.pipeline);
  if (!board) return board.error();
  for (const known_cron_job& each : board->jobs) {
    if (each.name != request.name && each.status.object != request.name) continue;
    if (!each.deployed) return not_deployed(each, at->wave.place);
    return chosen_cron_job{*std::move(at), each};
  }
  return unknown_name(*board, at->wave.place, request.name);
}

/// Does it with the cron job; whatever was interrupted ends as the signal says.
exit_class with_chosen(
    const cron_request& request,
    surroundings around,
    change what,
    const std::function<exit_class(const permit&, chosen_cron_job&, const interrupts&)>& act) {
  const interrupts stop;
  result<chosen_cron_job> chosen = choose(request, std::move(around), stop.asked(), what);
  if (chosen) {
    const result<permit> allowed = may_change(chosen->at, what);
    return allowed ? act(*allowed, *chosen, stop) : refused(allowed.error());
  }
  return chosen.error().kind == exit_class::interrupted ? stop.kind() : refused(chosen.error());
}

// --- run-now ---

error runs_already(const chosen_cron_job& of) {
  const kubernetes::cron_run& run = of.job.status.running.front();
  const std::string since = run.started ? ", since " + utc_text(*run.started) : "";
  return {
      exit_class::conflict,
      of.subject(),
      "a run of it is under way and CONCURRENCY forbid allows no second one" + since,
      run.job,
      {{"try", fmt::format("kubectl -n {} logs --follow job/{}", of.at.wave.place.namespace_name, run.job)}}};
}

/// The cluster does not count what was started by hand when it holds back a planned run.
void warn_of_planned_run(const chosen_cron_job& of) {
  const cron_status& now = of.job.status;
  if (now.suspended) say_beside(of.subject() + " is suspended; this run is not held back by that");
  if (now.concurrency == "Forbid" && now.next)
    say_beside(fmt::format("the planned run of {} starts all the same if this one is still running then",
                           utc_text(*now.next)));
}

exit_class run_now(const permit& allowed,
                   chosen_cron_job& of,
                   const cron_request& request,
                   const interrupts& stop) {
  if (of.job.status.concurrency == "Forbid" && !of.job.status.running.empty())
    return refused(runs_already(of));
  warn_of_planned_run(of);
  const std::string name = kubernetes::job_name(of.job.status.object + "-manual", of.at.found.run_id);
  return follow_job(allowed, *of.at.with, kubernetes::job_by_hand(of.job.object, name),
                    {.subject = of.at.wave.place.text(),
                     .what = fmt::format("the run of {}", of.job.name),
                     .remove = false,
                     .pass_status = request.pass_status},
                    stop);
}

// --- suspend and resume ---

/// Applied by a manager of its own, so that no deploy takes it away or sees a conflict.
kubernetes::api_answer apply_suspension(const permit&,
                                        chosen_cron_job& of,
                                        bool suspended,
                                        json annotations) {
  json metadata, object;
  metadata.set("name", of.job.status.object).set("namespace", of.at.wave.place.namespace_name);
  if (suspended) metadata.set("annotations", std::move(annotations));
  object.set("apiVersion", "batch/v1").set("kind", "CronJob").set("metadata", std::move(metadata));
  object.set("spec", json().set("suspend", suspended));
  return of.at.with->apply({object}, {.force = true, .manager = std::string(kubernetes::suspend_manager)})
      .front();
}

std::string who_asks(kubernetes::cluster& with, const surroundings& around) {
  const result<std::string> known = identity_in(with);
  return known ? *known : around.get_or("USER", "unknown");
}

exit_class suspend(const permit& allowed, chosen_cron_job& of, const cron_request& request) {
  const cron_status& now = of.job.status;
  if (now.suspended) {
    print_out(fmt::format("{} {}\n", of.subject(), text_of(*now.suspended)));
    return exit_class::done;
  }
  json notes;
  notes.set(std::string(kubernetes::suspended_by), who_asks(*of.at.with, of.at.found.of->around));
  notes.set(std::string(kubernetes::suspended_at), utc_text(system_clock_port().now()));
  notes.set(std::string(kubernetes::suspended_because), request.reason);
  if (const auto applied = apply_suspension(allowed, of, true, std::move(notes)); !applied)
    return refused(error_of(*applied.failure, of.subject(), of.key(), "suspend " + of.key().text()));
  print_out(fmt::format(
      "{} is suspended until it is resumed, also over deploys; resume: cicd cron resume {} {} {}\n",
      of.subject(), of.at.wave.place.pipeline, of.at.wave.place.environment, of.job.name));
  for (const kubernetes::cron_run& each : now.running)
    print_out(fmt::format("  its run {} goes on\n", each.job));
  return exit_class::done;
}

/// Kubernetes would start the last missed run at once, long after its time; it does not when it was told that
/// it is done.
std::optional<error> forgo_missed(const permit&,
                                  chosen_cron_job& of,
                                  std::chrono::system_clock::time_point now) {
  json body;
  body.set("status", json().set("lastScheduleTime", utc_text(std::chrono::floor<std::chrono::seconds>(now))));
  const auto done = of.at.with->patch(of.key(), "merge", body, "status");
  if (done) return std::nullopt;
  return error_of(*done.failure, of.subject(), of.key(), "write the status of " + of.key().text());
}

kubernetes::cron_runs missed_while_suspended(const chosen_cron_job& of,
                                             std::chrono::system_clock::time_point now) {
  const cron_status& was = of.job.status;
  kubernetes::cron_runs missed = was.missed;
  if (!was.suspended->since) return missed;
  const std::size_t before = missed.last.size();
  std::erase_if(missed.last, [&](auto at) { return at <= *was.suspended->since || at > now; });
  // Where more are missed than are listed, all that are listed lie within.
  missed.count -= before - missed.last.size();
  return missed;
}

void say_missed(const chosen_cron_job& of, const kubernetes::cron_runs& missed, bool forgone) {
  if (missed.count == 0) return print_out("  no run was missed\n");
  print_out(fmt::format("  {} run{} missed while it was suspended: {}\n", missed.count,
                        missed.count == 1 ? " was" : "s were", times_text(missed)));
  if (forgone || !kubernetes::starts_last_missed(of.job.object, missed, system_clock_port().now()))
    print_out(fmt::format("  {} not made up for; one run now: cicd cron run-now {} {} {}\n",
                          missed.count == 1 ? "it is" : "they are", of.at.wave.place.pipeline,
                          of.at.wave.place.environment, of.job.name));
  else
    print_out(fmt::format(
        "  the cluster starts the last of them, of {}, at once, as it does where START_WITHIN allows it\n",
        utc_text(missed.last.back())));
}

exit_class resume(const permit& allowed, chosen_cron_job& of) {
  if (!of.job.status.suspended) {
    print_out(of.subject() + " is not suspended\n");
    return exit_class::done;
  }
  const auto now = system_clock_port().now();
  const kubernetes::cron_runs missed = missed_while_suspended(of, now);
  const auto cannot = forgo_missed(allowed, of, now);
  if (const auto applied = apply_suspension(allowed, of, false, {}); !applied)
    return refused(error_of(*applied.failure, of.subject(), of.key(), "resume " + of.key().text()));
  print_out(
      fmt::format("{} is resumed; it {}\n", of.subject(), text_of(*of.job.status.suspended, tense::past)));
  say_missed(of, missed, !cannot);
  if (cannot && missed.count > 0) print_warnings({*cannot});
  return exit_class::done;
}

exit_class run_cron_job_now(const cron_request& request, surroundings around) {
  return with_chosen(request, std::move(around), change::cron_run,
                     [&](const permit& allowed, chosen_cron_job& of, const interrupts& stop) {
                       return run_now(allowed, of, request, stop);
                     });
}

exit_class suspend_cron_job(const cron_request& request, surroundings around) {
  return with_chosen(request, std::move(around), change::cron_pause,
                     [&](const permit& allowed, chosen_cron_job& of, const interrupts&) {
                       return suspend(allowed, of, request);
                     });
}

exit_class resume_cron_job(const cron_request& request, surroundings around) {
  return with_chosen(
      request, std::move(around), change::cron_pause,
      [](const permit& allowed, chosen_cron_job& of, const interrupts&) { return resume(allowed, of); });
}

struct words {
  cron_request cron;
  std::vector<std::string> names;  ///< `[<pipeline>] [<environment>] [<cron job>]`
};
using cron_action = exit_class (*)(const cron_request&, surroundings);

/// Of one that takes a cron job's name, that is the last word.
cron_request request_of(const words& said, bool has_name) {
  cron_request made = said.cron;
  std::vector<std::string> names = said.names;
  if (has_name) {
    made.name = names.back();
    names.pop_back();
  }
  if (names.size() == 2) made.pipeline = names.front();
  if (has_name || names.size() == 2)
    made.environment = names.back();
  else if (!names.empty())
    made.pipeline = names.front();
  return made;
}

CLI::App* add_cron(CLI::App* to,
                   const std::shared_ptr<words>& said,
                   command_action& chosen,
                   const char* name,
                   const char* what,
                   cron_action action,
                   bool has_name = true) {
  CLI::App* command = to->add_subcommand(name, what);
  CLI::Option* names = command->add_option(
      "names", said->names,
      has_name ? "[<pipeline>] <environment> <cron job>" : "[<pipeline> [<environment>]]");
  has_name ? names->required()->expected(2, 3) : names->expected(0, 2);
  add_context(command, said->cron.context);
  with_tree(command, said->cron.tree);
  acts(command, chosen, [said, action, has_name](surroundings around) {
    return action(request_of(*said, has_name), std::move(around));
  });
  return command;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* cron = app.add_subcommand("cron", "cron jobs: their runs, one run now, suspend, resume");
  cron->require_subcommand(1);
  CLI::App* list =
      add_cron(cron, said, chosen, "list", "last and next runs, failures with their cause, missed runs",
               list_cron_jobs, false);
  with_json(list, said->cron.as_json);
  list->add_flag("--check", said->cron.check,
                 "end with 1 where a last run failed or did not come, for a schedule in CI that notifies");
  add_pass_status(add_cron(cron, said, chosen, "run-now",
                           "start a run as it is deployed and follow it to its end", run_cron_job_now),
                  said->cron.pass_status);
  add_cron(cron, said, chosen, "suspend", "no further runs until it is resumed, also over deploys",
           suspend_cron_job)
      ->add_option("--reason", said->cron.reason, "for whoever wonders why nothing runs")
      ->type_name("TEXT")
      ->required();
  add_cron(cron, said, chosen, "resume", "runs again from now on; says what was missed", resume_cron_job);
}

const registered_command cron_command(add);

}  // namespace
}  // namespace driver_cron

}  // namespace cicd
