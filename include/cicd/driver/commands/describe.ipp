// `cicd describe`, called by CMake: checks the declarations and writes `<build>/.cicd/targets.cmake`.
#pragma once

#include <algorithm>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

#include <cicd/declare/targets.hpp>
#include <cicd/driver/ci_reports.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_describe {
namespace {

struct words {
  session_request tree;
  std::string no_targets{}, targets{};  ///< joined by `|`
  typed_tools tools;
  bool again = false;
};

/// The words of DEPENDS that name no CMake target, each where it stands.
errors unknown_targets(const session& of, const words& said) {
  const std::vector<std::string> unknown = split(said.no_targets, '|'), known = split(said.targets, '|');
  errors all;
  for (const declared_pipeline& each : of.model.pipelines)
    for (const step& one : each.declared.steps)
      for (const text& target : one.depends)
        if (std::ranges::find(unknown, target.view()) != unknown.end()) {
          const std::string name = one.name.str();
          const auto at = each.origins.find("step." + name + ".depends");
          all.push_back(error{exit_class::usage,
                              each.declared.name.str() + "/" + name,
                              "DEPENDS: there is no such CMake target",
                              target.str(),
                              {}}
                            .with("declared at", at == each.origins.end()
                                                     ? std::string()
                                                     : at->second.text(of.model.tree.source_root))
                            .with("allowed", joined(known, ", "))
                            .with("did you mean", nearest(target.view(), known).value_or("")));
        }
  return all;
}

/// What others printed comes before what is said of it; g++ prints whole values in a line.
void print_words(std::string_view words) {
  constexpr std::size_t longest = 400;
  if (words.ends_with('\n')) words.remove_suffix(1);
  for (const std::string& line : split(words, '\n'))
    std::fprintf(stderr, "%s\n", without_commands(cut_to(displayable(line), longest)).c_str());
}

exit_class act(const words& said, surroundings around) {
  if (said.again) {
    const errors other = declared_otherwise_in(said.tree, around);
    print_errors(other);
    return other.empty() ? exit_class::done : other.front().kind;
  }
  session_request tree = said.tree;
  tree.with_lines = true;
  if (said.no_targets.empty()) tree.configure = {.tools = said.tools, .show = print_words, .limits = {}};
  exit_class failure = exit_class::done;
  or_errors<session> made = open_session(tree, around);
  annotate(made.errors, source_root_of(tree, around), around);
  const std::optional<session> opened = made_or_said(std::move(made), failure);
  if (!opened) return failure;
  if (!said.no_targets.empty()) {
    const errors unknown = unknown_targets(*opened, said);
    annotate(unknown, opened->model.tree.source_root, around);
    print_errors(unknown);
    return exit_class::usage;
  }
  const std::string path = opened->where.own() + "/targets.cmake";
  std::string text = cmake_text(opened->targets);
  if (opened->model.exports) text += "_cicd_add_export_test()\n";
  if (read_file_if_there(path).value_or(std::nullopt) == text) return exit_class::done;
  if (status written = write_file(path, text, durability::fast); !written)
    return refused(std::move(written).error());
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* describe = with_tree(
      app.add_subcommand("describe", "check the declarations and write targets.cmake (called by CMake)"),
      said->tree);
  describe
      ->add_option("--no-targets", said->no_targets,
                   "names in DEPENDS that are not CMake targets, joined by |")
      ->type_name("NAMES");
  describe->add_option("--compiler", said->tools.compiler, "the compiler of C++ files that SOURCE names")
      ->type_name("PROGRAM");
  describe->add_option("--library", said->tools.library, "the archive that they are linked with")
      ->type_name("FILE");
  describe->add_option("--headers", said->tools.headers, "the folder of the headers of cicd")
      ->type_name("FOLDER");
  describe->add_flag("--again", said->again,
                     "only check that the C++ files that SOURCE names declare the same once more");
  describe->add_option("--targets", said->targets, "the CMake targets that there are, joined by |")
      ->type_name("NAMES");
  acts(describe, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command describe_command(add);

}  // namespace
}  // namespace driver_commands_describe

}  // namespace cicd
