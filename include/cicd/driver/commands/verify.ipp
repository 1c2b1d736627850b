// `cicd verify`: runs the VERIFY of an environment on what is deployed.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/verify.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_verify {
namespace {

using words = environment_words;

exit_class verify_one(const words& said, const std::string& pipeline, const surroundings& around) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const std::string subject = pipeline + "/" + said.environment();
  std::vector<const environment*> asked = with_parts(*found->place);
  std::erase_if(asked, [](const environment* each) { return each->verify.empty(); });
  if (asked.empty())
    return refused(error{exit_class::usage,
                         subject,
                         "no VERIFY is declared",
                         {},
                         {{"try", "VERIFY ./smoke.sh {host} in pipeline_environment()"}}});
  const result<deployed_release> there =
      found->deliveries->way_of(*found->place).look(*found->pipeline, *found->place, nullptr);
  if (!there) return refused(there.error());
  if (!there->record)
    return refused(error{exit_class::usage, subject, "never deployed: there is nothing to verify", {}, {}});
  const interrupts stop;
  for (const environment* each : asked) {
    const status verified = run_verify(
        pipeline + "/" + each->name.str(), release_to_verify(*there->record, *found->pipeline, *each),
        found->of->around, stop.asked(),
        [&](const std::string& text) { return found->secrets->masked(text); },
        [](const std::string& line) { print_out(displayable(line) + "\n"); });
    if (!verified) return refused(verified.error());
  }
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* verify = app.add_subcommand("verify", "run VERIFY of an environment on what is deployed");
  add_names(verify, *said);
  acts_for_each(verify, chosen, said, verify_one);
}

const registered_command verify_command(add);

}  // namespace
}  // namespace driver_commands_verify

}  // namespace cicd
