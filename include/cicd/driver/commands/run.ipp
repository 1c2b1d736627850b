// `cicd run`: builds what is named, and all before it that is not up to date.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/run.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

run_request request_of(const run_words& said) {
  run_request request = said.request;
  request.allow_dirty = {said.allow_dirty.begin(), said.allow_dirty.end()};
  return request;
}

namespace driver_commands_run {
namespace {

struct words : run_words {
  bool verbose = false, quiet = false, ctest = false;
};

exit_class act(const words& said, surroundings around) {
  run_request request = request_of(said);
  // `ctest -C` names the configuration in this variable; a test's own words were fixed when CMake configured.
  if (said.ctest) request.tree.config = around.get_or("CMAKE_CONFIG_TYPE", request.tree.config);
  request.is_captured = said.ctest;
  request.how_much = said.verbose ? verbosity::verbose : said.quiet ? verbosity::quiet : verbosity::normal;
  return run_targets(request, std::move(around));
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* run = with_tree(app.add_subcommand("run", "run targets or steps, and what they depend on"),
                            said->request.tree);
  run->add_option("target", said->request.targets,
                  "targets such as orders.image or deploy-stage, or steps such as orders/lint")
      ->required();
  add_allow_dirty(run, said->allow_dirty, "take uncommitted changes to this environment, or to 'publish'");
  add_take_over(run, said->request.take_over);
  run->add_flag("-v,--verbose", said->verbose, "print all output of all steps");
  run->add_flag("-q,--quiet", said->quiet, "print only what failed");
  run->add_flag("--ctest", said->ctest, "as a ctest test: plain output")->group("");
  acts(run, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command run_command(add);

}  // namespace
}  // namespace driver_commands_run

}  // namespace cicd
