// `cicd help-targets`: the targets of the build tree with what each does.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/report/text_table.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_help_targets {
namespace {

exit_class act(const session_request& tree, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(tree, std::move(around), failure);
  if (!of) return failure;
  std::vector<std::vector<std::string>> aggregates, others;
  for (const target& one : of->targets)
    (one.pipeline.empty() ? aggregates : others)
        .push_back({"  " + of->cmake_name(one), displayable(one.description)});
  print_out("of the whole build tree\n" + table_text({}, aggregates) + "of one pipeline\n"
            + table_text({}, others)
            + "tests\n  test  ctest runs the checks: build, test, scan, image\nmore\n  "
            + path_below(of->where.own(), of->model.tree.build_root) + "/cicd --help\n");
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto tree = std::make_shared<session_request>();
  CLI::App* targets =
      with_tree(app.add_subcommand("help-targets", "list the targets of the build tree"), *tree);
  acts(targets, chosen, [tree](surroundings around) { return act(*tree, std::move(around)); });
}

const registered_command help_targets_command(add);

}  // namespace
}  // namespace driver_commands_help_targets

}  // namespace cicd
