// From CLI11's options to their words.
#pragma once

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/driver/command_view.hpp>
#include <cicd/driver/commands/command.hpp>

namespace cicd {

namespace driver_command_view {
namespace {

bool takes_many(const CLI::Option& of) {
  return of.get_expected_max() == CLI::detail::expected_max_vector_size;
}

std::string shown_option(const CLI::Option& of) {
  const std::string value = shown_value(of);
  return replaced_all(of.get_name(false, true), ",", ", ") + (value.empty() ? "" : " " + value);
}

json data_of(const std::vector<word_view>& of) {
  json all(json::array{});
  for (const word_view& each : of) all.push(members_of("name", each.shown, "text", each.text));
  return all;
}

json data_of(const command_view& of) {
  json commands(json::array{});
  for (const command_view& each : of.commands) commands.push(data_of(each));
  return members_of("kind", "command", "name", of.name, "text", of.text, "usage", of.usage, "arguments",
                    data_of(of.arguments), "options", data_of(of.options), "commands", std::move(commands));
}

}  // namespace
}  // namespace driver_command_view

std::vector<std::string> commands_of(const CLI::App& of) {
  std::vector<std::string> names;
  for (const CLI::App* each : of.get_subcommands({}))
    if (!each->get_group().empty()) names.push_back(each->get_name());
  return names;
}

std::string shown_argument(const CLI::Option& of) {
  const std::string& text = of.get_description();
  if (!text.starts_with('<') && !text.starts_with("[<")) return '<' + of.get_name() + '>';
  return text.substr(0, text.find_first_of(";,:"));
}

std::string described_argument(const CLI::Option& of) {
  std::string text = of.get_description();
  if (text.starts_with('<') || text.starts_with("[<")) text.erase(0, shown_argument(of).size());
  const auto begin = text.find_first_not_of(";,: ");
  return begin == text.npos ? std::string() : text.substr(begin);
}

std::string argument_in_usage(const CLI::Option& of) {
  std::string text = shown_argument(of);
  if (driver_command_view::takes_many(of)) text += "…";
  return of.get_required() || text.starts_with('[') ? text : '[' + text + ']';
}

std::string shown_value(const CLI::Option& of) {
  if (of.get_positional() || of.get_type_size() == 0) return {};
  return of.get_type_name() + (driver_command_view::takes_many(of) ? " ..." : "");
}

std::string usage_of(const CLI::App& command, std::string name) {
  std::string line = std::move(name);
  for (const CLI::Option* each :
       command.get_options([](const CLI::Option* one) { return one->get_positional(); }))
    line += ' ' + argument_in_usage(*each);
  if (!command.get_subcommands([](const CLI::App* one) { return !one->get_name().empty(); }).empty())
    line += " <command>";
  return line + " [options]";
}

command_view view_of(const CLI::App& command) {
  command_view made{.name = whole_name(command), .text = command.get_description(), .usage = {}};
  made.usage = usage_of(command, made.name);
  for (const CLI::Option* each : command.get_options())
    if (each->get_positional())
      made.arguments.push_back({argument_in_usage(*each), described_argument(*each)});
    else if (!each->get_group().empty())
      made.options.push_back({driver_command_view::shown_option(*each), each->get_description()});
  for (const std::string& each : commands_of(command))
    made.commands.push_back(view_of(*subcommand_in(command, each)));
  return made;
}

explained page_of(const CLI::App& command) {
  return {command.help("cicd"), driver_command_view::data_of(view_of(command))};
}

}  // namespace cicd
