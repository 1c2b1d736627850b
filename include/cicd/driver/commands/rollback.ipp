// `cicd rollback`: puts back what ran before, and holds further deploys.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/deliver/policy/hold.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/rollback.hpp>
#include <cicd/driver/action_output.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/image/registry.hpp>

namespace cicd {

namespace driver_commands_rollback {
namespace {

struct words : environment_words {
  std::string to, reason;
  bool version_only = false, past_migration = false;
};

rollback_ports ports_for(const found_environment& found) {
  rollback_ports ports;
  ports.resolve = [&found](const deployment_record::image& of) -> result<std::optional<digest>> {
    const cancellation never;
    const registry_options how = registries_of(found.of->where, never);
    auto registry = registry_for(of.repository(), how, found.of->around);
    if (!registry) return std::move(registry).error();
    auto there = (*registry)->resolve(of.tag);
    if (!there || *there == of.manifest) return there;
    // What others built lies under a tag of theirs, and what runs is asked for by its digest.
    const result<bool> held = (*registry)->has(of.manifest);
    if (!held) return held.error();
    if (*held) return std::optional(of.manifest);
    return there;
  };
  ports.source = [&found](const std::optional<deployment_record>& there) {
    // Where the sources cannot be brought, the refusal says that they cannot be told apart.
    if (is_by_history(there))
      (void)bring_clone(*found.pipeline, clone_need::there, found.of->around, nullptr);
    return source_of(*found.pipeline, there, found.of->around);
  };
  return ports;
}

exit_class roll_back_one(const words& said, const std::string& pipeline, const surroundings& around) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const std::string subject = pipeline + "/" + said.environment();
  const interrupts stop;
  std::string version;
  // The last line says that deploys are on hold.
  const auto print = [printer = action_printer()](const event& happened) {
    if (!std::holds_alternative<held>(happened.body)) printer(happened);
  };
  const exit_class outcome =
      act_on(ports_of(*found, &stop.asked()), found->of->where, "rollback " + subject, print,
             [&](const action_ports& on) -> status {
               result<std::string> done =
                   roll_back({said.to, said.reason, said.version_only, said.past_migration, &stop.asked()},
                             on, ports_for(*found));
               if (!done) return std::move(done).error();
               version = *std::move(done);
               return {};
             });
  if (outcome == exit_class::done)
    print_out(
        as_called_here(fmt::format("{}: {} runs again; deploys are on hold until: cicd hold release {} {}\n",
                                   subject, version, pipeline, said.environment())));
  return outcome;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command =
      app.add_subcommand("rollback", "roll back to the previous deployment, and hold further deploys");
  add_names(command, *said);
  command
      ->add_option(
          "--to", said->to,
          "a version, a commit, an image digest or the number of a deployment; default: the one before")
      ->type_name("WHAT");
  add_reason(command, said->reason, "why, kept with the hold");
  command->add_flag("--version-only", said->version_only, "hold only the version that is rolled back");
  command->add_flag("--past-migration", said->past_migration,
                    "also past a pipeline_task() that ran since; what it has done is not undone");
  acts_for_each(command, chosen, said, roll_back_one);
}

const registered_command rollback_command(add);

}  // namespace
}  // namespace driver_commands_rollback

}  // namespace cicd
