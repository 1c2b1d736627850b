// Prints what was read from sources, and writes it where nothing is.
#pragma once

#include <cicd/driver/commands/adopt_sources.hpp>

#include <algorithm>

#include <sys/stat.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/explain/cmake_words.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/adopt/repository.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/place.hpp>

namespace cicd {

namespace driver_commands_adopt_sources {
namespace {

using source_files::adopted_service;
using source_files::adopted_sources;
using source_files::unread_part;

/// A folder below the one that was named, as a person would type it from here.
std::string shown_folder(const sources_words& said, const std::string& below) {
  const std::string whole = (said.folder.empty() ? "." : said.folder) + "/" + below;
  const std::string path = normal_path(whole);
  return path.empty() ? "." : path;
}

std::vector<std::string> next_commands(const sources_words& said,
                                       const adopted_service& of,
                                       const nameable& here,
                                       const surroundings& around) {
  const std::string folder = shown_folder(said, of.folder),
                    build = folder == "." ? "build" : folder + "/build";
  std::vector<std::string> configure{"cmake", "-S", folder, "-B", build};
  for (std::string& each : words_to_configure(of.made_from, here, around))
    configure.push_back(std::move(each));
  return {shell_quoted(configure),
          shell_quoted(std::vector<std::string>{"cmake", "--build", build, "--target", "deploy-stage"})};
}

/// What a list file that is there has to say, where the declaration is another file.
std::string line_to_add(const adopted_service& of) {
  if (of.declaration == "CMakeLists.txt") return {};
  return fmt::format("if(NOT DEFINED ENV{{CICD_STEP}})\n  include({})\nendif()",
                     declaring::cmake_quoted(of.declaration));
}

json json_of(const unread_part& of) {
  return members_of("where", of.where, "what", of.what, "try", of.help);
}
json json_of(const std::vector<unread_part>& all) {
  json list = json::array{};
  for (const unread_part& each : all) list.push(json_of(each));
  return list;
}

json json_of(const adopted_service& of, const std::vector<std::string>& commands) {
  json files = json::object{}, lines = json::array{};
  for (const auto& each : of.files) files.set(each.path, each.text);
  for (const auto& each : of.lines) lines.push(members_of("line", each.line, "from", each.from));
  return members_of("folder", of.folder, "name", of.name, "template", of.made_from, "version", of.version,
                    "by", of.why, "declaration", of.declaration, "files", files, "kept", json_texts(of.kept),
                    "lines", lines, "unread", json_of(of.unread), "to_add", line_to_add(of), "next",
                    json_texts(commands));
}

std::string text_of(const std::vector<unread_part>& all, std::string_view title) {
  if (all.empty()) return {};
  std::string text = fmt::format("\n{}:\n", title);
  for (const unread_part& each : all) {
    text += fmt::format("  {}  {}\n", displayable(each.where), displayable(each.what));
    if (!each.help.empty()) text += fmt::format("      try: {}\n", displayable(each.help));
  }
  return text;
}

std::string text_of(const adopted_service& of,
                    const sources_words& said,
                    const std::vector<std::string>& commands) {
  const std::string folder = shown_folder(said, of.folder);
  std::string text;
  if (said.dry_run)
    text += fmt::format("# --- {}\n{}\n", displayable(normal_path(folder + "/" + of.declaration)),
                        displayable(of.files.front().text, newlines::keep));
  text +=
      fmt::format("{}: the template {} {}, by {}\n", of.name, of.made_from, of.version, displayable(of.why));
  for (const auto& each : of.files)
    text += fmt::format("  {} {}, {}\n", said.dry_run ? "would write" : "wrote",
                        displayable(normal_path(folder + "/" + each.path)), human_size(each.text.size()));
  for (const std::string& each : of.kept)
    text += fmt::format("  {} is there, and stays\n", displayable(each));
  text += text_of(of.unread, "not read, or not taken");
  if (const std::string line = line_to_add(of); !line.empty())
    text +=
        fmt::format("\nto be added to {}, below project():\n  {}\n",
                    displayable(normal_path(folder + "/CMakeLists.txt")), replaced_all(line, "\n", "\n  "));
  return text
         + fmt::format("\n{}next:\n  {}\n", said.dry_run ? "then " : "",
                       displayable(joined(commands, "\n  "), newlines::keep));
}

status write_one(const std::string& root, const std::string& path, const declaring::service_file& of) {
  if (status written = place_text(root, path, of.text, durability::durable); !written) return written;
  if (!of.is_executable || chmod((root + "/" + path).c_str(), 0755 & ~present_umask()) == 0) return {};
  (void)remove_tree(root + "/" + path);
  return error{exit_class::cannot_save, "adopt", "the file cannot be made executable", path, {}};
}

/// All of them or none: where one cannot be written, those that were are removed.
status write(const adopted_sources& of, const std::string& root) {
  std::vector<std::string> done;
  for (const adopted_service& service : of.services)
    for (const auto& each : service.files) {
      const std::string path = source_files::path_in(service.folder, each.path);
      status written = write_one(root, path, each);
      if (!written) {
        for (const std::string& one : done)
          if (!remove_tree(root + "/" + one)) written.error().notes.push_back({"written", displayable(one)});
        return written;
      }
      done.push_back(path);
    }
  return {};
}

/// What goes on although a declaration is in the way.
errors with_the_way_on(errors found, const sources_words& said) {
  const auto is_list = [](const note& of) { return source_files::name_of(of.text) == "CMakeLists.txt"; };
  for (error& each : found)
    each.notes.push_back(
        {"try", std::ranges::any_of(each.notes, is_list)
                    ? said.typed() + " --out pipeline.cmake, which CMakeLists.txt then includes"
                    : "move it away, or --skip <folder> of its service"});
  return found;
}

void print(const adopted_sources& of,
           const sources_words& said,
           const nameable& here,
           const surroundings& around) {
  json all = json::array{};
  std::string text;
  for (const adopted_service& each : of.services) {
    const std::vector<std::string> commands = next_commands(said, each, here, around);
    all.push(json_of(each, commands));
    text += (text.empty() ? "" : "\n") + text_of(each, said, commands);
  }
  if (said.json)
    print_json(members_of("schema", 1, "made", !said.dry_run, "services", all, "unread", json_of(of.unread)));
  else
    print_out(text + text_of(of.unread, "of no service"));
}

}  // namespace
}  // namespace driver_commands_adopt_sources

void add_sources_words(CLI::App* command, CLI::Option* only_with, sources_words& to) {
  command->add_option("folder", to.folder, "of --sources: the folder of the sources; default: this one")
      ->needs(only_with);
  const auto add = [&](const char* name, std::vector<std::string>& into, const char* words,
                       const char* type) {
    command->add_option(name, into, words)->type_name(type)->allow_extra_args(false)->needs(only_with);
  };
  source_files::source_request& of = to.request;
  add("--template", of.template_name,
      "of --sources: the template, where several fit; of several services <folder>=<template>", "NAME");
  add("--name", of.name, "of --sources: the name of the service", "NAME");
  add("--port", of.port, "of --sources: the port that it listens on, or none", "PORT");
  add("--set", of.set,
      "of --sources: a parameter of the template; of several services <folder>:<parameter>=<value>",
      "PARAMETER=VALUE");
  add("--image", of.image, "of --sources: the image in manifests that is the service's own", "REPOSITORY");
  add("--skip", of.skip, "of --sources: leave the project in this folder out", "FOLDER");
  command
      ->add_option("--manifests", of.manifests,
                   "of --sources: only manifests and charts below this folder count")
      ->type_name("FOLDER")
      ->needs(only_with);
  command->add_flag("--dry-run", to.dry_run, "of --sources: print what would be written")->needs(only_with);
  with_json(command, to.json);
  to.typed = [command] { return typed(*command); };
}

exit_class adopt_from_sources(const sources_words& said, const surroundings& around) {
  using namespace driver_commands_adopt_sources;
  const interrupts watching;
  const nameable here = nameable_here({}, around);
  const std::string given = said.folder.starts_with('/') ? said.folder : present_folder() + "/" + said.folder;
  source_files::source_request request = said.request;
  request.root = real_path(given).value_or(normal_path(given));
  if (!is_folder(request.root))
    return refused(error{exit_class::usage, "adopt", "there is no such folder", request.root, {}});
  request.branch = git_state_of(request.root, around).branch.value_or("main");
  or_errors<adopted_sources> made =
      source_files::adopt_sources(request, here.templates, around, watching.asked());
  if (watching.asked().cancelled()) return watching.kind();
  if (made && !said.dry_run) made.errors = with_the_way_on(source_files::in_the_way(request, *made), said);
  if (!made.errors.empty()) made.made.reset();
  exit_class kind = exit_class::done;
  const std::optional<adopted_sources> adopted = made_or_said(std::move(made), kind);
  if (!adopted) return kind;
  if (!said.dry_run)
    if (const status written = write(*adopted, request.root); !written) return refused(written.error());
  print(*adopted, said, here, around);
  return exit_class::done;
}

}  // namespace cicd
