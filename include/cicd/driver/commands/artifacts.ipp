// `cicd artifacts`: the newest commits, what was made of them, where that runs, and what was yanked.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands/artifact_page.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_artifacts {
namespace {

struct words {
  session_request tree;
  std::string pipeline;
  std::size_t most = 20;
  bool as_json = false, exact_times = false;
};

exit_class act(const words& said, surroundings around) {
  result<found_environment> found = find_environment(said.tree, said.pipeline, {}, std::move(around));
  if (!found) return refused(found.error());
  const interrupts stops;
  errors failures;
  const result<artifact_page> page =
      artifact_page_of(*found->of, *found->pipeline, *found->deliveries, said.most, stops.asked(), failures);
  if (!page) return refused(page.error());
  if (said.as_json)
    print_json(json_of(*page));
  else
    print_out(text_of(*page, moments_of_page(said.exact_times), table_width(found->of->around)));
  print_errors(failures);
  return failures.empty() ? exit_class::done : failures.front().kind;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* artifacts = with_tree(
      app.add_subcommand("artifacts", "list commits, what was made of them and where it runs"), said->tree);
  artifacts->add_option("pipeline", said->pipeline, "of which; may be left out where there is one");
  artifacts->add_option("-n,--most", said->most, "how many commits (20)")
      ->check(CLI::Range(1, 1'000))
      ->type_name("NUMBER");
  with_json(artifacts, said->as_json);
  add_exact_times(artifacts, said->exact_times);
  acts(artifacts, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command artifacts_command(add);

}  // namespace
}  // namespace driver_commands_artifacts

}  // namespace cicd
