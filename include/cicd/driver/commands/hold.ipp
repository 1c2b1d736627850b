// `cicd hold set|release|show`: keeps deploys away from an environment, or lets them in again.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/hold.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_hold {
namespace {

struct words : environment_words {
  std::string reason, version;
};
using act = exit_class (*)(const words&, const std::string&, const surroundings&);

std::string text_of(const std::optional<deployment_hold>& hold) {
  if (!hold) return "no hold";
  return fmt::format("{} on hold since {} by {}: {}",
                     hold->version.empty() ? "all deploys are" : "version " + hold->version + " is",
                     utc_text(hold->when), displayable(hold->who), displayable(hold->reason));
}

/// Changes the hold in every cluster of the environment, or only shows it.
exit_class tend_hold(const words& said,
                     const std::string& pipeline,
                     const surroundings& around,
                     const std::function<std::optional<deployment_hold>(const std::string& me)>& change_to) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const std::string subject = pipeline + "/" + said.environment();
  if (!can(found->place->via, way_feature::hold))
    return refused(no_such_feature(subject, found->place->via, way_feature::hold,
                                   "this environment cannot be held", "keep its branch or tag from moving"));
  const auto& [declared, place] = std::pair(found->pipeline, found->place);
  if (change_to)
    if (status may = found->deliveries->may_begin(change::hold, *declared, *place); !may)
      return refused(may.error());
  for (cluster_wave& wave : found->waves) {
    auto with = found->deliveries->open_wave(wave, nullptr);
    if (!with) return refused(with.error());
    result<cluster_state> state = read_cluster_state(**with, wave.place);
    if (state && change_to) {
      const result<permit> allowed = found->deliveries->may_change(change::hold, *declared, *place);
      if (!allowed) return refused(allowed.error());
      state = change_hold(*allowed, **with, wave.place,
                          change_to(who(declared->source_directory, found->of->around)));
    }
    if (!state) return refused(state.error());
    print_out(
        fmt::format("{} {}, {}: {}\n", pipeline, said.environment(), (*with)->name(), text_of(state->hold)));
  }
  return exit_class::done;
}

exit_class show_hold(const words& said, const std::string& pipeline, const surroundings& around) {
  return tend_hold(said, pipeline, around, {});
}
exit_class set_hold(const words& said, const std::string& pipeline, const surroundings& around) {
  return tend_hold(said, pipeline, around, [&](const std::string& me) {
    return std::optional(deployment_hold{me, said.reason, said.version, system_clock_port().now()});
  });
}
exit_class release_hold(const words& said, const std::string& pipeline, const surroundings& around) {
  return tend_hold(said, pipeline, around,
                   [](const std::string&) { return std::optional<deployment_hold>(); });
}

void add(CLI::App& app, command_action& chosen) {
  CLI::App* hold = app.add_subcommand("hold", "keep deploys away from an environment, or let them in again");
  hold->require_subcommand(1);
  const auto add_one = [&](const char* name, const char* what, act does) {
    const auto said = std::make_shared<words>();
    CLI::App* command = hold->add_subcommand(name, what);
    add_names(command, *said);
    if (does == set_hold) {
      command->add_option("--reason", said->reason, "why")->required()->type_name("TEXT");
      command->add_option("--version", said->version, "hold out only this version")->type_name("VERSION");
    }
    acts_for_each(command, chosen, said, does);
  };
  add_one("set", "no deploy until it is released", set_hold);
  add_one("release", "deploys are let in again", release_hold);
  add_one("show", "who holds it, and why", show_hold);
}

const registered_command hold_command(add);

}  // namespace
}  // namespace driver_hold

}  // namespace cicd
