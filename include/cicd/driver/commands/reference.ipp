// `cicd reference`: what is written from the tables of options and commands, for docs, man and editors.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain/explain.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/man_pages.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_reference {
namespace {

std::vector<man_file> man_files(const CLI::App& app) {
  return man_pages(app, CICD_VERSION);
}

/// A form of the reference: its option, and the files that it is.
struct reference_form {
  const char* option;
  const char* text;
  std::vector<man_file> (*files)(const CLI::App& app);
};

/// Without an option it is docs/reference.md.
constexpr reference_form forms[] = {
    {"--man", "man pages of the commands and of the declaration", man_files},
    {"--snippets", "snippets for VS Code",
     [](const CLI::App&) {
       return std::vector<man_file>{{"cicd.code-snippets", pretty(editor_snippets())}};
     }},
    {"--schema", "JSON Schema of template.json and pipeline.json",
     [](const CLI::App&) {
       return std::vector<man_file>{{"pipeline.schema.json", calls_schema()}};
     }},
    {"--cmake-comments", "the comments from which language servers complete the CMake functions",
     [](const CLI::App&) {
       return std::vector<man_file>{{"completion.cmake", cmake_comments()}};
     }},
};

struct words {
  std::string output;
  const reference_form* form = nullptr;
};

exit_class write_files(const std::vector<man_file>& files, const std::string& folder) {
  if (const status made = make_folder(folder); !made) return refused(made.error());
  for (const man_file& each : files)
    if (const status written = write_file(folder + "/" + each.name, each.text, durability::fast); !written)
      return refused(written.error());
  return exit_class::done;
}

exit_class act(const words& said, const CLI::App& app) {
  const std::vector<man_file> files = said.form == nullptr
                                          ? std::vector<man_file>{{"reference.md", reference_markdown()}}
                                          : said.form->files(app);
  if (!said.output.empty()) return write_files(files, said.output);
  for (const man_file& each : files) print_out(each.text);
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* reference =
      app.add_subcommand("reference", "the reference of all options, in Markdown")->group("");
  std::vector<CLI::Option*> options;
  for (const reference_form& each : forms) {
    options.push_back(reference->add_flag_callback(
        each.option, [said, &each] { said->form = &each; }, each.text));
    for (std::size_t at = 0; at + 1 < options.size(); ++at) options.back()->excludes(options[at]);
  }
  reference->add_option("--output", said->output, "write files into this folder instead of standard output")
      ->type_name("FOLDER");
  acts(reference, chosen, [said, &app](const surroundings&) { return act(*said, app); });
}

const registered_command reference_command(add);

}  // namespace
}  // namespace driver_commands_reference

}  // namespace cicd
