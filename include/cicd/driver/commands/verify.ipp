// `cicd verify`: runs the VERIFY of an environment on what is deployed.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_verify {
namespace {

using words = environment_words;

exit_class verify_one(const words& said, const std::string& pipeline, const surroundings& around) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const std::string subject = pipeline + "/" + said.environment();
  if (found->place->verify.empty())
    return refused(error{exit_class::usage,
                         subject,
                         "no VERIFY is declared",
                         {},
                         {{"try", "VERIFY ./smoke.sh {host} in pipeline_environment()"}}});
  const result<manifest_state> state = found->deliveries->state_of(*found->pipeline, *found->place, nullptr);
  if (!state) return refused(state.error());
  if (!state->record)
    return refused(error{exit_class::usage, subject, "never deployed: there is nothing to verify", {}, {}});
  wanted_release of;
  of.pipeline = found->pipeline;
  of.where = found->place;
  of.place = {pipeline, said.environment(), found->place->namespace_name.str()};
  delivery::draft made = delivery::draft_of(*state->record, *found->place);
  of.facts = std::move(made.facts);
  of.record = std::move(made.record);
  const interrupts stop;
  const status verified = found->deliveries->run_verify(
      subject, of, stop.asked(), [](const std::string& line) { print_out(displayable(line) + "\n"); });
  return verified ? exit_class::done : refused(verified.error());
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* verify = app.add_subcommand("verify", "run the VERIFY of an environment on what is deployed");
  add_names(verify, *said);
  acts_for_each(verify, chosen, said, verify_one);
}

const registered_command verify_command(add);

}  // namespace
}  // namespace driver_verify

}  // namespace cicd
