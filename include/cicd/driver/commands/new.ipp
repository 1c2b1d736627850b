// `cicd new`: a service out of a template, with its repository, and the two commands that come next. It needs
// no build tree.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/found_templates.hpp>
#include <cicd/engine/new_service.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_new {
namespace {

struct words {
  session_request tree;
  std::string made_from, name, in;
  std::vector<std::string> set;
  bool keeps = false, dry_run = false, no_git = false, json = false;
  std::function<std::string()> typed;  ///< the command, as a shell takes it
};

/// The service's folder as a person would type it from here.
std::string shown_folder(const words& said) {
  return said.in.empty() ? said.name : normal_path(said.in + "/" + said.name);
}

/// The two commands which come next.
std::vector<std::string> next_commands(const words& said, const nameable& here, const surroundings& around) {
  const std::string folder = shown_folder(said);
  std::vector<std::string> configure{"cmake", "-S", folder, "-B", folder + "/build"};
  for (std::string& each : words_to_configure(said.made_from, here, around))
    configure.push_back(std::move(each));
  return {shell_quoted(configure), shell_quoted(std::vector<std::string>{
                                       "cmake", "--build", folder + "/build", "--target", "deploy-stage"})};
}

json json_of(const new_service& of, const words& said, const std::vector<std::string>& commands) {
  std::vector<std::string> files;
  for (const auto& each : of.files) files.push_back(each.path);
  json parameters = json::object{};
  for (const auto& [name, value] : of.record.parameters) parameters.set(name, value);
  return members_of("folder", of.folder, "template", of.record.made_from, "version", of.record.version,
                    "parameters", parameters, "files", json_texts(files), "kept", json_texts(of.kept), "made",
                    !said.dry_run, "next", json_texts(commands));
}

std::string text_of(const new_service& of, const words& said, const std::vector<std::string>& commands) {
  const std::string folder = shown_folder(said);
  std::string text;
  if (said.dry_run)
    for (const auto& each : of.files) text += fmt::format("{}/{}\n", folder, each.path);
  for (const std::string& each : of.kept) text += fmt::format("{}/{} is kept as it is\n", folder, each);
  text += fmt::format("{}{}: {} files from {} {}{}\n", said.dry_run ? "would make " : "made ", folder,
                      of.files.size(), of.record.made_from, of.record.version,
                      of.makes_repository ? ", a git repository with one commit" : "");
  if (!of.makes_repository && !said.dry_run && observing::git_layout_of(of.folder))
    text +=
        fmt::format("nothing is committed: git -C {0} add . && git -C {0} commit\n", shell_quoted(folder));
  return text + fmt::format("\n{}next:\n  {}\n", said.dry_run ? "then " : "", joined(commands, "\n  "));
}

/// What goes on without the files that are in the way.
errors with_the_way_on(errors found, const words& said) {
  for (error& each : found)
    if (each.kind == exit_class::conflict && each.what.starts_with("the folder is there already"))
      each.notes.push_back({"try", said.typed() + " --keep"});
  return found;
}

exit_class act(const words& said, const surroundings& around) {
  const interrupts watching;
  const nameable here = nameable_here(said.tree, around);
  const std::string in = said.in.starts_with('/') ? said.in : present_folder() + "/" + said.in;
  const new_service_request request{.made_from = said.made_from,
                                    .name = said.name,
                                    .in = real_path(in).value_or(normal_path(in)),
                                    .set = said.set,
                                    .keeps = said.keeps,
                                    .makes_repository = !said.no_git};
  or_errors<new_service> planned = plan_service(request, here.templates, around);
  planned.errors = with_the_way_on(std::move(planned.errors), said);
  exit_class kind = exit_class::done;
  const std::optional<new_service> service = made_or_said(std::move(planned), kind);
  if (!service) return kind;
  if (!said.dry_run)
    if (const status made = make_service(*service, around); !made)
      return watching.asked().cancelled() ? (print_errors({made.error()}), watching.kind())
                                          : refused(made.error());
  const std::vector<std::string> commands = next_commands(said, here, around);
  if (said.json)
    print_json(json_of(*service, said, commands));
  else
    print_out(text_of(*service, said, commands));
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command = with_json(
      app.add_subcommand("new", "make a service out of a template, with its repository"), said->json);
  command->add_option("template", said->made_from, "such as java-maven; `cicd template list` has all")
      ->required();
  command->add_option("name", said->name, "the name of the service and of its folder")->required();
  command->add_option("--set", said->set, "a value of a parameter, <parameter>=<value>; may be repeated")
      ->type_name("PARAMETER=VALUE")
      ->allow_extra_args(false);
  command->add_option("--in", said->in, "the folder to make it in; default: this one")->type_name("FOLDER");
  command->add_flag("--keep", said->keeps, "go on in a folder that holds files, and leave each as it is");
  command->add_flag("--no-git", said->no_git, "make no repository, such as within another one");
  command->add_flag("--dry-run", said->dry_run, "print what would be made");
  said->typed = [command] { return typed(*command); };
  acts(command, chosen, [said](const surroundings& around) { return act(*said, around); });
}

const registered_command new_command(add);

}  // namespace
}  // namespace driver_commands_new

}  // namespace cicd
