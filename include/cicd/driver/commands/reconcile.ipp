// `cicd reconcile`: moves each environment to the newest artifact that its gates let in, and says of each
// what it does, why, or what it waits for.
#pragma once

#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/fleet.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/fleet_table.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/named_environments.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

namespace driver_commands_reconcile {
namespace {

struct words {
  session_request tree;
  std::vector<std::string> names;  ///< `[<pipeline>] [<environment>]`
  std::string shard;               ///< `2/8`
  bool only_plans = false, as_json = false, exact_times = false;
};

/// The second of eight parts of the fleet, by the names of the pipelines.
struct fleet_shard {
  unsigned which = 1, of = 1;

  bool has(const std::string& pipeline) const {
    const unsigned long first = std::stoul(hex(sha256(pipeline)).substr(0, 7), nullptr, 16);
    return first % of == which - 1;
  }
};

result<fleet_shard> shard_in(const std::string& given) {
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

/// What a pass has done and found.
struct pass {
  std::vector<fleet_action> deploys;               ///< that were begun, in their order
  std::map<std::string, deploy_outcome> outcomes;  ///< by target
  std::vector<fleet_action> last;                  ///< what the last look at all targets found
  exit_class kind = exit_class::done;
};

bool is_interrupted(exit_class kind) {
  return kind == exit_class::interrupted || kind == exit_class::terminated;
}

/// Of a deploy that did not come to a good end.
const char* word_for_end(exit_class kind) {
  if (is_interrupted(kind)) return "interrupted";
  return kind == exit_class::policy ? "refused" : "failed";
}

std::string step_of(const fleet_action& of) {
  return deploy_step_of(of.pipeline, of.environment);
}

/// The first failure counts.
void fail(pass& to, exit_class kind) {
  if (to.kind == exit_class::done) to.kind = kind;
}

result<std::vector<fleet_action>> look(const session& of,
                                       const std::vector<named_environment>& all,
                                       bool records) {
  const interrupts stop;
  delivery_options options;
  options.cancelled = stop.asked();
  delivery releases(of.where, of.around, system_clock_port(), options);
  fleet_question asked{.places = {}, .records = records};
  for (const named_environment& each : all) asked.places.push_back({*each.pipeline, *each.place});
  const std::vector<fleet_target> seen =
      observe_fleet(asked, releases, of.where, of.around, system_clock_port(), stop.asked());
  if (stop.asked().cancelled())
    return error{stop.kind(), {}, "interrupted; nothing more is deployed", {}, {}};
  if (records)
    if (status written = releases.gate().write_seen_health(); !written) return std::move(written).error();
  return actions_for(seen, system_clock_port().now());
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

run_request request_for(const words& said, const std::vector<fleet_action>& deploys) {
  run_request request;
  request.tree = said.tree;
  request.command = said.tree.command();
  request.as_json = said.as_json;
  request.is_of_event = true;  // one that is refused stops no other
  for (const fleet_action& each : deploys) {
    request.targets.push_back(step_of(each));
    request.by_hand[each.pipeline] = {each.commit, each.tag, {}, each.branch};
  }
  return request;
}

/// Remembers how each deploy ended.
run_listener outcomes_of(const std::vector<fleet_action>& deploys, pass& to) {
  run_listener listener;
  listener.hear = [&](const event& happened) {
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
void close(const std::vector<fleet_action>& deploys, const run_outcome& ended, pass& to) {
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
    of.is = is_interrupted(ended.kind) ? "interrupted" : of.why ? "refused" : "up to date";
  }
}

/// Gives how the run ended.
exit_class deploy(const words& said,
                  const std::vector<fleet_action>& deploys,
                  const surroundings& around,
                  pass& to) {
  for (const fleet_action& each : deploys) to.outcomes.erase(each.target());
  const run_outcome ended = run_and_show(request_for(said, deploys), around, {outcomes_of(deploys, to)});
  close(deploys, ended, to);
  to.deploys.insert(to.deploys.end(), deploys.begin(), deploys.end());
  if (is_interrupted(ended.kind)) to.kind = ended.kind;
  fail(to, ended.kind);
  return ended.kind;
}

/// Until nothing is left that may go: what is deployed to one environment may open another.
status run_pass(const words& said, const session& of, const std::vector<named_environment>& all, pass& to) {
  const moment_words times = moments_of_page(said.exact_times);
  std::set<std::string> tried;
  for (bool is_first = true;; is_first = false) {
    auto found = look(of, all, !said.only_plans);
    if (!found) return std::move(found).error();
    to.last = *std::move(found);
    const std::vector<fleet_action> chosen = next_deploys(to.last, tried);
    if (!said.as_json && (is_first || !chosen.empty()))
      print_out(actions_text(is_first ? to.last : chosen, times, table_width(of.around)));
    if (said.only_plans || chosen.empty()) return {};
    if (is_interrupted(deploy(said, chosen, of.around, to))) return {};
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

exit_class act(const words& said, surroundings around) {
  const result<fleet_shard> shard = shard_in(said.shard);
  if (!shard) return refused(shard.error());
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(said.tree, std::move(around), failure);
  if (!of) return failure;
  auto all = named_environments(*of, said.names);
  if (!all) return refused(all.error());
  std::erase_if(
      *all, [&](const named_environment& each) { return !shard->has(each.pipeline->declared.name.str()); });
  pass done;
  if (status ran = run_pass(said, *of, *all, done); !ran) {
    print_errors({ran.error()});
    done.kind = ran.error().kind;
  }
  print_errors(unknown_in(done.last));
  for (const fleet_action& each : done.last)
    if (each.is == fleet_step::unknown) fail(done, each.why->kind);
  if (said.as_json)
    print_json(json_of_pass(done.deploys, done.outcomes, done.last, done.kind));
  else
    print_out(summary_text(done.deploys, done.outcomes, done.last, said.only_plans));
  return done.kind;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command =
      with_tree(app.add_subcommand("reconcile", "deploy the newest artifact that each environment may take"),
                said->tree);
  command->add_option("names", said->names, "[<pipeline>] [<environment>]; default: all")->expected(0, 2);
  command->add_flag("--plan", said->only_plans, "only print what would be done; change nothing");
  command->add_option("--shard", said->shard, "one part of several, by the pipelines' names: 2/8")
      ->type_name("PART");
  with_json(command, said->as_json);
  add_exact_times(command, said->exact_times);
  acts(command, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command reconcile_command(add);

}  // namespace
}  // namespace driver_commands_reconcile

}  // namespace cicd
