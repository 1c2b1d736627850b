// `cicd template`: which templates there are, what each takes and gives, what is wrong with one, and the
// update of a service that one made.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain/pages.hpp>
#include <cicd/declare/explain/text_page.hpp>
#include <cicd/declare/parse/template_skeleton.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/template_update.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_template {
namespace {

struct words {
  session_request tree;
  std::string name;
  bool json = false;
};

struct update_words {
  session_request tree;
  std::string folder;
  std::vector<std::string> set;
  bool json = false, dry_run = false;
};

error no_templates(const nameable& here) {
  return error{exit_class::usage, "template", "no templates were found", {}, {}}
      .with("looked in", here.template_folders.empty()
                             ? "no folder: this program is not installed, no build tree is here, and "
                               "CICD_TEMPLATE_PATH names none"
                             : joined(here.template_folders, ", "))
      .with("try", "CICD_TEMPLATE_PATH=<folder> cicd template list, or --build-root <build folder>");
}

/// Templates that cannot be read are said and left out.
exit_class list(const words& said, const surroundings& around) {
  const nameable here = nameable_here(said.tree, around);
  const template_source& from = here.templates;
  if (from.names().empty()) return refused(no_templates(here));
  declaring::aligned_lines lines;
  json all = json::array{};
  errors wrong;
  for (const std::string& name : from.names()) {
    const or_errors<declaring::pipeline_template> read = declaring::read_template(name, from);
    wrong.insert(wrong.end(), read.errors.begin(), read.errors.end());
    if (!read.made) continue;
    const std::string& text = read.made->description;
    lines.add(name, text.substr(0, text.find(". ")));
    all.push(members_of("name", name, "version", read.made->version, "description", text, "folder",
                        from.folder(name)));
  }
  if (said.json)
    print_json(members_of("templates", all));
  else
    print_out(lines.text());
  print_errors(wrong);
  return wrong.empty() ? exit_class::done : wrong.front().kind;
}

exit_class show(const words& said, const surroundings& around) {
  const template_source from = nameable_here(said.tree, around).templates;
  exit_class kind = exit_class::done;
  const auto read = made_or_said(declaring::read_template(said.name, from), kind);
  if (!read) return kind;
  const explained page = declaring::template_page(*read);
  if (said.json)
    print_json(page.data);
  else
    print_out(page.text);
  return exit_class::done;
}

exit_class check(const words& said, const surroundings& around) {
  const template_source from = nameable_here(said.tree, around).templates;
  const errors found = declaring::check_template(said.name, from);
  if (said.json) {
    json all = json::array{};
    for (const error& each : found) {
      json one = members_of("what", each.what, "value", each.value.value_or(""));
      for (const note& line : each.notes) one.set(replaced_all(line.label, " ", "_"), line.text);
      all.push(one);
    }
    print_json(members_of("template", said.name, "errors", all));
  } else if (found.empty()) {
    print_out(fmt::format("{}: nothing is wrong\n", said.name));
  }
  print_errors(found);
  return found.empty() ? exit_class::done : found.front().kind;
}

json json_of(const template_update& of) {
  json changes = json::array{};
  for (const file_change& each : of.changes)
    changes.push(members_of("path", each.path, "how", std::string(word_for(each.how))));
  return members_of("folder", of.folder, "template", of.after.made_from, "from", of.before.version, "to",
                    of.after.version, "changes", changes);
}

std::string text_of(const template_update& of, bool is_made) {
  if (of.changes.empty() && of.before.text() == of.after.text())
    return fmt::format("{} is up to date: {} {}\n", of.before.name, of.before.made_from, of.before.version);
  declaring::aligned_lines lines;
  for (const file_change& each : of.changes) {
    std::string why;
    if (each.how == merged_file::deleted) why = ": the service deleted it, and it is not brought back";
    if (each.how == merged_file::kept) why = ": the service has its own there";
    lines.add(std::string(word_for(each.how)), each.path + why);
  }
  std::string text = lines.text()
                     + fmt::format("{}: {} {} -> {}\n", of.before.name, of.after.made_from, of.before.version,
                                   of.after.version);
  if (!is_made) return text;
  const std::string& folder = of.folder;
  text += of.has_conflict()
              ? fmt::format("next: solve the conflicts, then git -C {0} add . && git -C {0} commit\n",
                            shell_quoted(folder))
              : fmt::format("next: git -C {0} add . && git -C {0} commit\n", shell_quoted(folder));
  return text
         + fmt::format("undo: git -C {0} restore --staged --worktree . && git -C {0} clean -d --force .\n",
                       shell_quoted(folder));
}

exit_class update(const update_words& said, const surroundings& around) {
  const interrupts watching;
  const std::string given = said.folder.empty() ? "." : said.folder;
  const std::string folder = given.starts_with('/') ? given : present_folder() + "/" + given;
  const template_source from = nameable_here(said.tree, around).templates;
  exit_class kind = exit_class::done;
  const auto planned =
      made_or_said(plan_update(real_path(folder).value_or(folder), said.set, from, around), kind);
  if (!planned) return watching.asked().cancelled() ? watching.kind() : kind;
  const bool is_new = !planned->changes.empty() || planned->before.text() != planned->after.text();
  if (!said.dry_run && is_new)
    if (const status done = apply_update(*planned, around); !done) return refused(done.error());
  if (said.json)
    print_json(json_of(*planned));
  else
    print_out(text_of(*planned, !said.dry_run));
  return planned->has_conflict() ? exit_class::conflict : exit_class::done;
}

using action = exit_class (*)(const words& said, const surroundings& around);

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command =
      app.add_subcommand("template", "list, show and check templates, and update a service to its newest");
  command->require_subcommand(1);
  const auto add_one = [&](const char* name, const char* text, bool names_one, action act) {
    CLI::App* one = with_json(with_tree(command->add_subcommand(name, text), said->tree), said->json);
    if (names_one) one->add_option("template", said->name, "such as java-maven")->required();
    acts(one, chosen, [said, act](const surroundings& around) { return act(*said, around); });
  };
  add_one("list", "list the templates, each with its description", false, list);
  add_one("show", "show parameters, needs, steps and scanners of a template", true, show);
  add_one("check", "say all that is wrong with a template", true, check);
  const auto updated = std::make_shared<update_words>();
  CLI::App* one = with_json(
      with_tree(command->add_subcommand("update", "merge the newest template into a service that it made"),
                updated->tree),
      updated->json);
  one->add_option("folder", updated->folder, "of the service; default: this one")->type_name("FOLDER");
  one->add_option("--set", updated->set, "a value of a parameter, <parameter>=<value>; may be repeated")
      ->type_name("PARAMETER=VALUE")
      ->allow_extra_args(false);
  one->add_flag("--dry-run", updated->dry_run, "print what would change");
  acts(one, chosen, [updated](const surroundings& around) { return update(*updated, around); });
}

const registered_command template_command(add);

}  // namespace
}  // namespace driver_commands_template

}  // namespace cicd
