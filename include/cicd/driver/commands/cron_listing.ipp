// A block of lines or a row of JSON for each cron job, and the walk over the environments that were asked
// for.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/cron.hpp>
#include <cicd/driver/commands/cron_listing.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/followed_job.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_cron_listing {
namespace {

using moment = kubernetes::cron_moment;

std::string between(moment from, moment to) {
  return human_duration(std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::floor<std::chrono::seconds>(to - from)));
}

std::string ago(moment at) {
  return fmt::format("{} ({} ago)", utc_text(at), between(at, system_clock_port().now()));
}

void add(std::string& to, std::string_view label, const std::string& text) {
  if (!text.empty()) to += fmt::format("  {:<13} {}\n", label, displayable(text));
}

std::string run_text(const std::optional<kubernetes::cron_run>& run) {
  if (!run || !run->ended) return "none is known";
  std::string text = ago(*run->ended);
  if (!run->good) text += ": " + run->meaning;
  if (!run->job.empty()) text += fmt::format(", job {}", run->job);
  if (!run->planned && !run->job.empty()) text += ", started by hand";
  return text;
}

std::string next_text(const known_cron_job& job) {
  if (!job.zone_known) return "not known: this machine has no time zone " + job.status.zone;
  if (job.status.suspended) return "none while it is suspended";
  if (!job.status.next) return "none within five years, or the schedule cannot be read by cicd";
  std::string text = fmt::format("{} (in {})", utc_text(*job.status.next),
                                 between(system_clock_port().now(), *job.status.next));
  if (job.status.next_by_clock)
    text += fmt::format(
        "; by the clock of {} it would be {}, but the cluster counts in whole hours from a change of it",
        job.status.zone, utc_text(*job.status.next_by_clock));
  return text;
}

std::string missed_text(const kubernetes::cron_status& of) {
  if (of.missed.count == 0) return {};
  std::string text = fmt::format("{}: {}", of.missed.count, times_text(of.missed));
  if (of.missed_since) text += fmt::format(" (since {})", utc_text(*of.missed_since));
  return text;
}

json json_of(const std::optional<moment>& at) {
  return at ? json(utc_text(*at)) : json();
}

json json_of(const std::optional<kubernetes::cron_run>& run) {
  if (!run) return {};
  json made;
  made.set("job", run->job).set("ended", json_of(run->ended)).set("planned", json_of(run->planned));
  if (!run->good) made.set("cause", run->meaning).set("exit_status", run->status);
  return made;
}

struct meant_place {
  std::string pipeline, environment;
};

/// The clusters' environments meant by the words; a single word is a pipeline or an environment.
result<std::vector<meant_place>> meant_by(const cron_request& request, const surroundings& around) {
  or_errors<session> opened = open_session(request.tree, around);
  if (!opened) return std::move(opened.errors.front());
  std::vector<meant_place> meant;
  std::vector<std::string> names;
  for (const declared_pipeline& pipeline : opened->model.pipelines) {
    const std::string name = pipeline.declared.name.str();
    names.push_back(name);
    for (const environment& place : pipeline.declared.environments) {
      names.push_back(place.name.str());
      const bool by_pipeline = request.pipeline.empty() || request.pipeline == name;
      const bool asked = request.environment.empty()
                             ? by_pipeline || request.pipeline == place.name.view()
                             : by_pipeline && request.environment == place.name.view();
      if (asked && can(place.via, way_feature::cluster)) meant.push_back({name, place.name.str()});
    }
  }
  if (!meant.empty() || request.pipeline.empty()) return meant;
  // Of two words, what is wrong is said where they are looked for.
  if (!request.environment.empty()) return std::vector{meant_place{request.pipeline, request.environment}};
  if (std::ranges::find(names, request.pipeline) != names.end()) return meant;
  return error{exit_class::usage, {}, "there is no such pipeline or environment", request.pipeline, {}}
      .with("did you mean", nearest(request.pipeline, names).value_or(""))
      .with("allowed", joined(names, ", "));
}

struct listing {
  std::string text;
  json rows{json::array{}};
  std::vector<std::string> poorer;
  errors bad;                    ///< one for each job that fares badly
  std::vector<event_body> told;  ///< how each fares
  std::optional<found_environment> in{};
};

error fares_badly(const known_cron_job& job, const cluster_place& place, std::string what) {
  return error{exit_class::step_failed, place.text(), std::move(what), job.name, {}};
}

void check(errors& to, const known_cron_job& job, const cluster_place& place) {
  const kubernetes::cron_status& now = job.status;
  if (now.last_run_failed())
    to.push_back(fares_badly(job, place, "the last run of the cron job failed")
                     .with("failed", run_text(now.last_failure))
                     .with("last success", run_text(now.last_success)));
  if (now.last_run_is_missing())
    to.push_back(fares_badly(job, place, "planned runs of the cron job did not come")
                     .with("missed", missed_text(now))
                     .with("last success", run_text(now.last_success))
                     .with("try", fmt::format("kubectl describe cronjob {} --namespace {}", now.object,
                                              place.namespace_name)));
}

/// How a cron job fares, for who is notified.
void note_state(listing& to, const known_cron_job& job, const opened_environment& at, std::size_t before) {
  const cluster_place& place = at.wave.place;
  const changed_place where{place.pipeline, place.environment, at.with->name()};
  std::string owner;
  for (const cron_job& each : at.found.pipeline->declared.cron_jobs)
    if (each.name.view() == job.name && owner.empty())
      owner = cron_job_in(at.found.pipeline->declared, job.name, place.environment).owner.str();
  if (to.bad.size() > before) {
    std::vector<std::string> why;
    for (std::size_t each = before; each < to.bad.size(); ++each)
      why.push_back(to.bad[each].what
                    + (to.bad[each].notes.empty() ? "" : ": " + to.bad[each].notes.front().text));
    to.told.emplace_back(cron_failed{where, job.name, owner, joined(why, "\n")});
  } else if (job.status.last_success) {
    to.told.emplace_back(cron_succeeded{where, job.name, owner});
  }
}

status add_cluster(listing& to, const opened_environment& at) {
  const result<cron_board> board = read_cron_board(*at.with, at.wave.place, at.found.pipeline);
  if (!board) return board.error();
  if (!board->poorer.empty()) to.poorer.push_back(board->poorer);
  for (const known_cron_job& each : board->jobs) {
    to.text += text_of(each, at.wave.place, at.with->name());
    to.rows.push(cicd::json_of(each, at.wave.place, at.with->name()));
    const std::size_t before = to.bad.size();
    if (each.deployed) check(to.bad, each, at.wave.place);
    if (each.deployed && each.declared) note_state(to, each, at, before);
  }
  return {};
}

/// Every cluster of an environment, or the one of that context.
status add_environment(listing& to,
                       const cron_request& request,
                       const surroundings& around,
                       const cancellation& cancelled) {
  result<opened_environment> first = open_environment(request.tree, request.pipeline, request.environment,
                                                      request.context, around, &cancelled, std::nullopt);
  if (!first) return std::move(first).error();
  if (status added = add_cluster(to, *first); !added) return added;
  if (!request.context.empty()) first->found.waves.resize(1);
  for (std::size_t at = 1; at < first->found.waves.size(); ++at) {
    first->with.reset();
    first->wave = first->found.waves[at];
    auto with = open_wave(first->wave, first->found.of->around, &cancelled);
    if (!with) return std::move(with).error();
    first->with = *std::move(with);
    if (status added = add_cluster(to, *first); !added) return added;
  }
  first->with.reset();
  to.in = std::move(first->found);
  return {};
}

/// Of the same cron job in several clusters what is wrong counts.
void tell(listing& all) {
  if (!all.in || all.told.empty()) return;
  const auto key = [](const auto& of) { return of.at.text() + "\n" + of.cron_job; };
  std::set<std::string> failing;
  for (const event_body& each : all.told)
    if (const auto* one = std::get_if<cron_failed>(&each)) failing.insert(key(*one));
  std::erase_if(all.told, [&](const event_body& each) {
    const auto* one = std::get_if<cron_succeeded>(&each);
    return one != nullptr && failing.contains(key(*one));
  });
  tell_found(*all.in->of, all.in->deliveries->gate(), "cron list --check", all.told);
}

}  // namespace
}  // namespace driver_commands_cron_listing

std::string text_of(const kubernetes::suspension& of, tense in) {
  using namespace driver_commands_cron_listing;
  std::string text = in == tense::past ? "was suspended" : "is suspended";
  if (!of.who.empty()) text += " by " + displayable(of.who);
  if (of.since)
    text += fmt::format(" since {} ({})", utc_text(*of.since), between(*of.since, system_clock_port().now()));
  if (!of.why.empty()) text += ": " + displayable(of.why);
  return text;
}

std::string times_text(const kubernetes::cron_runs& of) {
  constexpr std::size_t shown = 5;
  std::vector<std::string> times;
  const std::size_t first = of.last.size() > shown ? of.last.size() - shown : 0;
  for (std::size_t at = first; at < of.last.size(); ++at) times.push_back(utc_text(of.last[at]));
  std::string text = joined(times, ", ");
  if (of.count > times.size())
    text += fmt::format(" and {} earlier {}", of.count - times.size(),
                        of.count - times.size() == 1 ? "one" : "ones");
  return text;
}

std::string text_of(const known_cron_job& job, const cluster_place& place, const std::string& cluster) {
  using namespace driver_commands_cron_listing;
  const kubernetes::cron_status& now = job.status;
  std::string text = fmt::format("{} {}  {}  in {}\n", place.pipeline, place.environment,
                                 displayable(job.name), displayable(cluster));
  if (!job.deployed) {
    add(text, "state", job.off ? "OFF in this environment" : "declared, not deployed yet");
    return text;
  }
  if (!job.declared) add(text, "state", "deployed, no longer declared");
  if (job.declared && job.off) add(text, "state", "deployed, now OFF in this environment");
  add(text, "schedule",
      fmt::format("{} in {}, concurrency {}", now.schedule, now.zone, lower(now.concurrency)));
  if (now.suspended) add(text, "suspended", text_of(*now.suspended));
  add(text, "next run", next_text(job));
  add(text, "last success", run_text(now.last_success));
  add(text, "last failure", run_text(now.last_failure));
  for (const kubernetes::cron_run& each : now.running)
    add(text, "running", each.started ? fmt::format("{} since {}", each.job, ago(*each.started)) : each.job);
  add(text, "missed", missed_text(now));
  return text;
}

json json_of(const known_cron_job& job, const cluster_place& place, const std::string& cluster) {
  using namespace driver_commands_cron_listing;
  const kubernetes::cron_status& now = job.status;
  json row;
  row.set("pipeline", place.pipeline).set("environment", place.environment).set("cluster", cluster);
  row.set("name", job.name).set("declared", job.declared).set("off", job.off).set("deployed", job.deployed);
  if (!job.deployed) return row;
  row.set("object", now.object)
      .set("schedule", now.schedule)
      .set("time_zone", now.zone)
      .set("concurrency", lower(now.concurrency));
  json suspended;
  if (now.suspended)
    suspended.set("who", now.suspended->who)
        .set("why", now.suspended->why)
        .set("since", json_of(now.suspended->since));
  row.set("suspended", std::move(suspended));
  row.set("next", json_of(now.next));
  if (now.next_by_clock) row.set("next_by_clock", json_of(now.next_by_clock));
  row.set("last_success", json_of(now.last_success));
  row.set("last_failure", json_of(now.last_failure));
  json running{json::array{}}, missed{json::array{}};
  for (const kubernetes::cron_run& each : now.running) running.push(each.job);
  for (const moment at : now.missed.last) missed.push(utc_text(at));
  row.set("running", std::move(running));
  row.set("missed", json()
                        .set("count", std::uint64_t{now.missed.count})
                        .set("last", std::move(missed))
                        .set("since", json_of(now.missed_since)));
  return row;
}

exit_class list_cron_jobs(const cron_request& request, surroundings around) {
  using namespace driver_commands_cron_listing;
  const interrupts stop;
  const auto meant = meant_by(request, around);
  if (!meant) return refused(meant.error());
  listing all;
  for (const auto& [pipeline, environment] : *meant) {
    cron_request one = request;
    one.pipeline = pipeline;
    one.environment = environment;
    const status added = add_environment(all, one, around, stop.asked());
    if (!added && added.error().kind == exit_class::interrupted) return stop.kind();
    if (!added) return refused(added.error());
  }
  for (const std::string& each : all.poorer) say_beside(each);
  if (request.as_json)
    print_json(json().set("schema", 1).set("cron_jobs", all.rows));
  else
    print_out(all.text.empty() ? "no cron job is declared or deployed there\n" : all.text);
  if (request.check) tell(all);
  if (!request.check || all.bad.empty()) return exit_class::done;
  print_errors(all.bad);
  return exit_class::step_failed;
}

}  // namespace cicd
