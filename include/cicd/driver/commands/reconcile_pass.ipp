// The look, the choice of what is deployed in one run, and how each deploy ended. See reconcile_pass.hpp.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/json_walk.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/fleet.hpp>
#include <cicd/deliver/notify/notice.hpp>
#include <cicd/deliver/policy/own_configuration.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/reconcile_pass.hpp>
#include <cicd/driver/commands/signal_mask.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_reconcile_pass {
namespace {

/// Of a deploy that did not come to a good end.
const char* word_for_end(exit_class kind) {
  if (is_interruption(kind)) return "interrupted";
  return kind == exit_class::policy ? "refused" : "failed";
}

bool is_asked(const pass_request& how, const std::string& pipeline, const std::string& place) {
  const auto is_named = [&](const std::string& name) { return name == pipeline || name == place; };
  return how.shard.has(pipeline) && std::ranges::all_of(how.names, is_named);
}

std::string step_of(const fleet_action& of) {
  return deploy_step_of(of.pipeline, of.environment);
}

/// The first failure counts.
void fail(fleet_pass& to, exit_class kind) {
  if (to.kind == exit_class::done) to.kind = kind;
}

/// As it is written down, so that what is decided now is what is decided from the file. What was told before
/// is no part of a decision, nor of the file.
result<fleet_observation> recorded(const fleet_observation& seen,
                                   const secret_finder& by,
                                   const std::string& file) {
  const std::string text = pretty(
      with_texts(json_of(seen), [&](std::string_view, const std::string& each) { return by.masked(each); }));
  if (!file.empty())
    if (status done = write_given(file, text); !done) return std::move(done).error();
  result<fleet_observation> read =
      observation_from(text, file.empty() ? std::string("the observation") : file);
  for (std::size_t at = 0; read && at < seen.targets.size(); ++at)
    for (std::size_t each = 0; each < seen.targets[at].candidates.size(); ++each)
      read->targets[at].candidates[each].facts.announced = seen.targets[at].candidates[each].facts.announced;
  return read;
}

result<fleet_observation> look(const session& of,
                               const std::vector<named_environment>& all,
                               const pass_request& how) {
  const interrupts stop;
  secret_store secrets(declared_source(of.around));
  delivery_options options;
  options.cancelled = stop.asked();
  options.secrets = [&](const secret& what, const std::string& folder, const cancellation& cancelled) {
    return secrets.value_of(what, folder, cancelled);
  };
  options.masked = [&](const std::string& text) { return secrets.masked(text); };
  delivery releases(of.where, of.around, system_clock_port(), options);
  fleet_question asked{.places = {}, .records = !how.only_plans, .fetches = how.fetches};
  for (const named_environment& each : all) asked.places.push_back({*each.pipeline, *each.place});
  fleet_observation seen;
  seen.targets = observe_fleet(asked, releases, of.where, of.around, system_clock_port(), stop.asked());
  seen.at = std::chrono::floor<std::chrono::milliseconds>(system_clock_port().now());
  if (stop.asked().cancelled())
    return error{stop.kind(), {}, "interrupted; nothing more is deployed", {}, {}};
  if (asked.records)
    if (status written = releases.gate().write_seen_health(); !written) return std::move(written).error();
  const auto finder = secrets.finder();
  return how.record.empty() && finder->empty() ? result(std::move(seen))
                                               : recorded(seen, *finder, how.record);
}

/// Of each pipeline one commit in a run; what was tried in this pass is not tried again.
std::vector<fleet_action> next_deploys(const std::vector<fleet_action>& found, std::set<std::string>& tried) {
  std::vector<fleet_action> chosen;
  std::set<std::string> pipelines;
  for (const fleet_action& each : found) {
    if (each.is != fleet_step::deploy || pipelines.contains(each.pipeline)) continue;
    if (!tried.insert(each.target() + '\n' + each.commit + '\n' + each.tag).second) continue;
    pipelines.insert(each.pipeline);
    chosen.push_back(each);
  }
  return chosen;
}

run_request request_for(const pass_request& said, const std::vector<fleet_action>& deploys) {
  run_request request;
  request.tree = said.tree;
  request.as_json = said.as_json;
  request.is_of_event = true;  // one that is refused stops no other
  request.may_act = said.may_act;
  for (const fleet_action& each : deploys) {
    request.targets.push_back(step_of(each));
    // No pass tries again what failed.
    request.again[step_of(each)] = as_called_here(fmt::format("cicd promote {} {} --commit {}", each.pipeline,
                                                              each.environment, each.commit.substr(0, 12)));
    request.by_hand[each.pipeline] = {each.commit, each.tag, {}, each.branch};
  }
  return request;
}

/// Remembers how each deploy ended.
run_listener outcomes_of(const pass_request& said, const std::vector<fleet_action>& deploys, fleet_pass& to) {
  run_listener listener;
  listener.hear = [&](const event& happened) {
    if (said.goes_on) said.goes_on();
    if (const auto* told = std::get_if<deployed>(&happened.body))
      to.outcomes[told->at.pipeline + "/" + told->at.environment].is = "deployed";
    if (const auto* told = std::get_if<proposed>(&happened.body)) {
      deploy_outcome& of = to.outcomes[told->at.pipeline + "/" + told->at.environment];
      of.is = "proposed";
      of.link = told->link;
    }
    const auto* end = std::get_if<step_ended>(&happened.body);
    if (end == nullptr) return;
    for (const fleet_action& each : deploys) {
      if (end->step != step_of(each)) continue;
      deploy_outcome& of = to.outcomes[each.target()];
      if (!end->failure) {
        if (of.is.empty()) of.is = "up to date";
        continue;
      }
      of = {word_for_end(end->failure->kind), {}, end->failure};
    }
  };
  return listener;
}

/// What has not come to an end of its own: refused before anything was begun, or not begun when it was
/// interrupted.
void close(const std::vector<fleet_action>& deploys, const run_outcome& ended, fleet_pass& to) {
  for (const fleet_action& each : deploys) {
    deploy_outcome& of = to.outcomes[each.target()];
    if (!of.is.empty()) continue;
    const auto own = std::ranges::find_if(ended.errors, [&](const error& one) {
      return one.subject == step_of(each) || one.subject == each.target();
    });
    if (own != ended.errors.end())
      of.why = *own;
    else if (!ended.errors.empty())
      of.why = ended.errors.front();
    of.is = is_interruption(ended.kind) ? "interrupted" : of.why ? "refused" : "up to date";
  }
}

/// Keeps with the state of each environment what failed and left no record there, so that the next pass, of
/// whatever process, does not do the same at once.
void remember_unrecorded(const session& of,
                         const std::vector<named_environment>& all,
                         const std::vector<fleet_action>& deploys,
                         const std::string& run,
                         const fleet_pass& done) {
  delivery deliveries(of.where, of.around, system_clock_port(), {});
  for (const fleet_action& each : deploys) {
    const auto ended = done.outcomes.find(each.target());
    if (ended == done.outcomes.end() || ended->second.is != "failed" || !ended->second.why) continue;
    // Another one deploys at the same moment, or the lease was lost.
    if (ended->second.why->kind == exit_class::conflict) continue;
    const auto meant =
        std::ranges::find_if(all, [&](const named_environment& one) { return one.text() == each.target(); });
    if (meant == all.end()) continue;
    const auto there = deliveries.way_of(*meant->place).look(*meant->pipeline, *meant->place, nullptr);
    if (!there) continue;
    const digest declared = own_configuration_of(*meant->place);
    const auto& record = there->record;
    // A part that failed before it was recorded is known by no record.
    const bool lacks_part = !there->behind.empty() && record && record->outcome != "failed";
    if (record && record->id == run && !lacks_part) continue;
    if (record && record->commit == each.commit && record->tag == each.tag
        && has_configuration(*record, declared) && !lacks_part)
      continue;
    announcement now = there->state.announced;
    const std::string configuration = hex(declared);
    const bool is_again = now.unrecorded && now.unrecorded->commit == each.commit
                          && now.unrecorded->configuration == configuration;
    now.unrecorded = {each.commit, words_of_failure(*ended->second.why), configuration,
                      is_again ? now.unrecorded->times + 1 : 1,
                      std::chrono::floor<std::chrono::seconds>(system_clock_port().now())};
    if (const status kept = deliveries.gate().write_announced(*meant->pipeline, *meant->place, now); !kept)
      print_warnings({kept.error()});
  }
}

/// Gives how the run ended, and its id.
exit_class deploy(const pass_request& said,
                  const std::vector<fleet_action>& deploys,
                  const surroundings& around,
                  std::string& run,
                  fleet_pass& to) {
  for (const fleet_action& each : deploys) to.outcomes.erase(each.target());
  const signal_mask heard(SIG_UNBLOCK);  // by the run
  const run_outcome ended =
      run_and_show(request_for(said, deploys), around, {outcomes_of(said, deploys, to)});
  run = ended.id;
  close(deploys, ended, to);
  to.deploys.insert(to.deploys.end(), deploys.begin(), deploys.end());
  if (is_interruption(ended.kind)) to.kind = ended.kind;
  fail(to, ended.kind);
  return ended.kind;
}

/// Until nothing is left that may go: what is deployed to one environment may open another.
status run_pass(const pass_request& said,
                const session& of,
                const std::vector<named_environment>& all,
                fleet_pass& to) {
  const moment_words times = moments_of_page(said.exact_times);
  std::set<std::string> tried;
  for (bool is_first = true;; is_first = false) {
    const result<fleet_observation> seen = look(of, all, said);
    if (!seen) return seen.error();
    if (said.goes_on) said.goes_on();
    to.last = actions_for(seen->targets, seen->at);
    to.is_whole = true;
    const std::vector<fleet_action> chosen = next_deploys(to.last, tried);
    const bool shows_all = is_first && !said.is_quiet;
    if (!said.as_json && (shows_all || (!chosen.empty() && !said.only_plans)))
      print_out(actions_text(shows_all ? to.last : chosen, times, table_width(of.around)));
    if (said.only_plans || chosen.empty()) return {};
    if (status acts = said.may_act ? said.may_act() : status(); !acts) return acts;
    std::string run;
    const exit_class ended = deploy(said, chosen, of.around, run, to);
    if (is_interruption(ended)) return {};
    if (ended != exit_class::done) remember_unrecorded(of, all, chosen, run, to);
  }
}

/// What could not be read, with all that is known of it, each once.
errors unknown_in(const std::vector<fleet_action>& all) {
  errors told;
  for (const fleet_action& each : all) {
    if (each.is != fleet_step::unknown) continue;
    const auto is_same = [&](const error& one) {
      return one.what == each.why->what && one.value == each.why->value;
    };
    if (std::ranges::none_of(told, is_same)) told.push_back(*each.why);
  }
  return told;
}

/// What a person has to end, or may not go: the rest goes by itself, or is told by its deploy.
void tell_waiting(const session& of, const std::vector<fleet_action>& all) {
  std::vector<event_body> told;
  for (const fleet_action& each : all) {
    const bool waits = each.is == fleet_step::wait && each.needs_person;
    if ((!waits && each.is != fleet_step::refuse) || !each.why) continue;
    deploy_refused one;
    one.at = {each.pipeline, each.environment, {}};
    one.to.version = each.version();
    one.to.commit = each.commit;
    one.rule = each.rule;
    one.waits = waits;
    one.until = each.until;
    one.failure = *each.why;
    one.announced = each.announced;
    if (!each.runs.empty()) one.before.emplace().version = each.runs;
    told.emplace_back(std::move(one));
  }
  if (told.empty()) return;
  delivery deliveries(of.where, of.around, system_clock_port(), {});
  tell_found(of, deliveries.gate(), "reconcile", told);
}

}  // namespace
}  // namespace driver_commands_reconcile_pass

bool fleet_shard::has(const std::string& pipeline) const {
  const unsigned long first = std::stoul(hex(sha256(pipeline)).substr(0, 7), nullptr, 16);
  return first % of == which - 1;
}

result<fleet_shard> fleet_shard::from(const std::string& given) {
  if (given.empty()) return fleet_shard{};
  const auto between = given.find('/');
  const auto number = [](const std::string& text) {
    return !text.empty() && text.size() < 4 && text.find_first_not_of("0123456789") == text.npos
               ? std::stoul(text)
               : 0UL;
  };
  const unsigned long which = number(given.substr(0, between)),
                      of = between == given.npos ? 0 : number(given.substr(between + 1));
  if (which >= 1 && which <= of) return fleet_shard{static_cast<unsigned>(which), static_cast<unsigned>(of)};
  return error{exit_class::usage,
               {},
               "--shard: not a part of a whole",
               given,
               {{"allowed", "<part>/<parts>, such as 2/8"}}};
}

fleet_pass pass_over(const pass_request& said, const surroundings& around) {
  using namespace driver_commands_reconcile_pass;
  fleet_pass done;
  const auto of = open_or_say(said.tree, around, done.kind);
  if (!of) return done;
  auto all = named_environments(*of, said.names);
  if (!all) {
    done.kind = refused(all.error());
    return done;
  }
  std::erase_if(*all, [&](const named_environment& each) {
    return !said.shard.has(each.pipeline->declared.name.str());
  });
  if (status ran = run_pass(said, *of, *all, done); !ran) {
    print_errors({ran.error()});
    done.kind = ran.error().kind;
  }
  const bool acts = !said.may_act || said.may_act();
  if (!said.only_plans && acts) tell_waiting(*of, done.last);
  print_errors(unknown_in(done.last));
  for (const fleet_action& each : done.last)
    if (each.is == fleet_step::unknown) fail(done, each.why->kind);
  return done;
}

result<std::vector<fleet_action>> actions_by(const session& of, const pass_request& how) {
  // A name that one of two declarations lacks is no mistake.
  auto all = named_environments(of, {});
  if (!all) return std::move(all).error();
  std::erase_if(*all, [&](const named_environment& each) {
    return !driver_commands_reconcile_pass::is_asked(how, each.pipeline->declared.name.str(),
                                                     each.place->name.str());
  });
  const result<fleet_observation> seen = driver_commands_reconcile_pass::look(of, *all, how);
  if (!seen) return seen.error();
  return actions_for(seen->targets, seen->at);
}

result<std::vector<fleet_action>> actions_observed(const pass_request& of, const std::string& file) {
  const result<std::string> text = read_given(file);
  if (!text) return text.error();
  result<fleet_observation> seen = observation_from(*text, file);
  if (!seen) return std::move(seen).error();
  std::erase_if(seen->targets, [&](const fleet_target& each) {
    return !driver_commands_reconcile_pass::is_asked(of, each.pipeline, each.environment);
  });
  if (seen->targets.empty() && !of.names.empty())
    return error{
        exit_class::usage, {}, "no such environment was observed", joined(of.names, " "), {{"there", file}}};
  return actions_for(seen->targets, seen->at);
}

void show(const pass_request& of, const fleet_pass& done) {
  const json document = of.as_json ? json_of_pass(done.deploys, done.outcomes, done.last, done.kind) : json();
  if (of.as_json)
    of.is_quiet ? print_json_line(document) : print_json(document);
  else
    print_out(summary_text(done.deploys, done.outcomes, done.last, of.only_plans));
}

}  // namespace cicd
