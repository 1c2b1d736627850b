// `cicd explain`: what a function, an option, a template or a declared value means. Works without a build
// tree too; then only for functions, options and templates.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/declare/explain/explain.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_explain {
namespace {

struct words {
  session_request tree;
  std::string subject;
};

exit_class act(const words& said, const surroundings& around) {
  const nameable here = nameable_here(said.tree, around);
  const result<std::string> text = explanation(said.subject, here.declared(), here.templates);
  if (!text) return refused(text.error());
  print_out(text->ends_with('\n') ? *text : *text + "\n");
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* explain = with_tree(
      app.add_subcommand(
          "explain",
          "what a function, an option, a template or a declared value means, and where it comes from"),
      said->tree);
  explain
      ->add_option("subject", said->subject,
                   "such as service.replicas, pipeline_service, java-maven, orders.service.api.replicas")
      ->required();
  acts(explain, chosen, [said](const surroundings& around) { return act(*said, around); });
}

const registered_command explain_command(add);

}  // namespace
}  // namespace driver_commands_explain

}  // namespace cicd
