// `cicd cron list|run-now|suspend|resume`: finds the one cron job that is meant, and has it run now,
// suspended or resumed (deliver/cluster/jobs.hpp).
#pragma once

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/jobs.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/cron.hpp>
#include <cicd/driver/commands/cron_board.hpp>
#include <cicd/driver/commands/cron_listing.hpp>
#include <cicd/driver/commands/followed_job.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_cron {
namespace {

/// One cron job of one cluster, deployed.
struct chosen_cron_job {
  opened_environment at;
  known_cron_job job;
  cron_job_there there() const { return {*at.with, at.wave.place, job.name, job.object, job.status}; }
  /// `<pipeline> <environment> <cron job>`: the words for a command about it.
  std::string words() const {
    return fmt::format("{} {} {}", at.wave.place.pipeline, at.wave.place.environment, job.name);
  }
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
exit_class with_chosen(const cron_request& request,
                       surroundings around,
                       change what,
                       const std::function<exit_class(chosen_cron_job&, const interrupts&)>& act) {
  const interrupts stop;
  result<chosen_cron_job> chosen = choose(request, std::move(around), stop.asked(), what);
  if (chosen) return act(*chosen, stop);
  return chosen.error().kind == exit_class::interrupted ? stop.kind() : refused(chosen.error());
}

exit_class run_cron_job_now(const cron_request& request, surroundings around) {
  return with_chosen(
      request, std::move(around), change::cron_run, [&](chosen_cron_job& of, const interrupts& stop) {
        return follow_job(ports_of(of.at.found, &stop.asked()), of.at.found.of->where,
                          {"cron run-now " + of.words(), request.pass_status}, stop,
                          [&](const action_ports& on) { return run_cron_job(of.there(), on); });
      });
}

/// Nothing that is told is printed: what came of it says more.
exit_class act_silently(chosen_cron_job& of, const char* word, const action_on& act) {
  return act_on(
      ports_of(of.at.found, nullptr), of.at.found.of->where, fmt::format("cron {} {}", word, of.words()),
      [](const event&) {}, act);
}

exit_class suspend(chosen_cron_job& of, const std::string& reason) {
  const std::string subject = of.there().subject();
  return act_silently(of, "suspend", [&](const action_ports& on) -> status {
    const result<bool> done =
        suspend_cron_job(of.there(), reason, of.at.found.of->around.get_or("USER", "unknown"), on);
    if (!done) return done.error();
    if (!*done) {
      print_out(fmt::format("{} {}\n", subject, text_of(*of.job.status.suspended)));
      return {};
    }
    print_out(
        fmt::format("{} is suspended until it is resumed, also over deploys; resume: cicd cron resume {}\n",
                    subject, of.words()));
    for (const kubernetes::cron_run& each : of.job.status.running)
      print_out(fmt::format("  its run {} goes on\n", each.job));
    return {};
  });
}

void say_missed(const chosen_cron_job& of, const kubernetes::cron_runs& missed, bool forgone) {
  if (missed.count == 0) return print_out("  no run was missed\n");
  print_out(fmt::format("  {} run{} missed while it was suspended: {}\n", missed.count,
                        missed.count == 1 ? " was" : "s were", times_text(missed)));
  if (forgone || !kubernetes::starts_last_missed(of.job.object, missed, system_clock_port().now()))
    print_out(fmt::format("  {} not made up for; one run now: cicd cron run-now {}\n",
                          missed.count == 1 ? "it is" : "they are", of.words()));
  else
    print_out(fmt::format(
        "  the cluster starts the last of them, of {}, at once, as it does where START_WITHIN allows it\n",
        utc_text(missed.last.back())));
}

exit_class resume(chosen_cron_job& of) {
  const std::string subject = of.there().subject();
  return act_silently(of, "resume", [&](const action_ports& on) -> status {
    const result<std::optional<cron_resumption>> done = resume_cron_job(of.there(), on);
    if (!done) return done.error();
    if (!*done) {
      print_out(subject + " is not suspended\n");
      return {};
    }
    const auto& [missed, not_forgone] = **done;
    print_out(fmt::format("{} is resumed; it {}\n", subject, text_of(*of.job.status.suspended, tense::past)));
    say_missed(of, missed, !not_forgone);
    if (not_forgone && missed.count > 0) print_warnings({*not_forgone});
    return {};
  });
}

exit_class suspend_cron_job_of(const cron_request& request, surroundings around) {
  return with_chosen(request, std::move(around), change::cron_pause,
                     [&](chosen_cron_job& of, const interrupts&) { return suspend(of, request.reason); });
}

exit_class resume_cron_job_of(const cron_request& request, surroundings around) {
  return with_chosen(request, std::move(around), change::cron_pause,
                     [](chosen_cron_job& of, const interrupts&) { return resume(of); });
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
      has_name ? "job" : "names", said->names,
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
  CLI::App* cron = app.add_subcommand("cron", "list, run, suspend and resume cron jobs");
  cron->require_subcommand(1);
  CLI::App* list =
      add_cron(cron, said, chosen, "list", "list cron jobs with last and next runs, failures and missed runs",
               list_cron_jobs, false);
  with_json(list, said->cron.as_json);
  list->add_flag("--check", said->cron.check,
                 "exit with 1 if a last run failed or was missed, for a scheduled CI job");
  add_pass_status(add_cron(cron, said, chosen, "run-now",
                           "start a run of the deployed cron job and wait for it", run_cron_job_now),
                  said->cron.pass_status);
  add_reason(add_cron(cron, said, chosen, "suspend", "stop runs until it is resumed, across deploys",
                      suspend_cron_job_of),
             said->cron.reason, "why, for those who find it suspended")
      ->required();
  add_cron(cron, said, chosen, "resume", "allow runs again and list missed ones", resume_cron_job_of);
}

const registered_command cron_command(add);

}  // namespace
}  // namespace driver_commands_cron

}  // namespace cicd
