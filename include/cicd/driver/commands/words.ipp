// The options that several commands take, added to each, and the pipelines that a name means.
#pragma once

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands/named_environments.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/found_templates.hpp>

namespace cicd {

namespace driver_commands_words {
namespace {

/// The pipelines meant by the words: the one that is named, or all that have the environment.
result<std::vector<std::string>> pipelines_of(const environment_words& said, const surroundings& around) {
  if (said.names.size() > 1) return std::vector<std::string>{said.pipeline()};
  or_errors<session> opened = open_session(said.tree, around);
  if (!opened) return std::move(opened.errors.front());
  std::vector<std::string> pipelines, places;
  for (const declared_pipeline& each : opened->model.pipelines)
    for (const environment& place : each.declared.environments) {
      if (place.name.view() == said.environment()) pipelines.push_back(each.declared.name.str());
      places.push_back(place.name.str());
    }
  if (!pipelines.empty()) return pipelines;
  if (auto part = part_named(opened->model, {}, said.environment())) return *std::move(part);
  return error{exit_class::usage, {}, "no pipeline has such an environment", said.environment(), {}}
      .with("did you mean", nearest(said.environment(), places).value_or(""))
      .with("allowed", joined(places, ", "));
}

}  // namespace
}  // namespace driver_commands_words

void acts(CLI::App* command, command_action& chosen, command_action act) {
  command->callback([&chosen, act = std::move(act)] { chosen = act; });
}

CLI::App* with_tree(CLI::App* command, session_request& to) {
  // Several commands may share what is said.
  to.command = [command, others = to.command] {
    return command->parsed() || !others ? typed(*command) : others();
  };
  command->add_option("--build-root", to.build_root, "the build tree; default: the one this folder is in")
      ->type_name("FOLDER");
  command->add_option("--config", to.config, "the configuration of a multi-configuration generator")
      ->type_name("NAME");
  return command;
}

CLI::App* with_json(CLI::App* command, bool& to) {
  command->add_flag("--json", to, "print JSON instead of text");
  return command;
}

void add_allow_dirty(CLI::App* command, std::vector<std::string>& to, const char* what) {
  // Given again for each name: what follows is a target.
  command->add_option("--allow-dirty", to, what)->allow_extra_args(false)->type_name("NAME");
}

void add_take_over(CLI::App* command, std::vector<std::string>& to) {
  command
      ->add_option("--take-over", to,
                   "take this manager's fields over in a deploy to a cluster, this once; it is recorded")
      ->allow_extra_args(false)
      ->type_name("MANAGER");
}

void add_exact_times(CLI::App* command, bool& to) {
  command->add_flag("--utc", to, "print times as 2026-11-21T03:18:00Z instead of how long ago");
}

void add_context(CLI::App* command, std::string& to) {
  command->add_option("--context", to, "which cluster, where the environment has several")->type_name("NAME");
}

void add_pass_status(CLI::App* command, bool& to) {
  command->add_flag("--pass-status", to, "end with the container's exit status instead of 1");
}

void add_names(CLI::App* command, environment_words& said) {
  command
      ->add_option("names", said.names,
                   "[<pipeline>] <environment>; without a pipeline: every one that has it")
      ->required()
      ->expected(1, 2);
  with_tree(command, said.tree);
}

exit_class for_each_pipeline(const environment_words& said,
                             const surroundings& around,
                             const std::function<exit_class(const std::string& pipeline)>& act) {
  const result<std::vector<std::string>> pipelines = driver_commands_words::pipelines_of(said, around);
  if (!pipelines) return refused(pipelines.error());
  for (const std::string& each : *pipelines)
    if (const exit_class done = act(each); done != exit_class::done) return done;
  return exit_class::done;
}

std::optional<session> open_or_say(const session_request& tree, surroundings around, exit_class& failure) {
  or_errors<session> opened = open_session(tree, std::move(around));
  opened.warnings.clear();
  return made_or_said(std::move(opened), failure);
}

nameable nameable_here(const session_request& tree, const surroundings& around) {
  nameable here;
  std::vector<std::string> folders = template_folders(around);
  if (find_build_root(tree, around)) here.of = open_session(tree, around).made;
  std::vector<std::string> more = here.of ? here.of->model.tree.template_path : installed_templates();
  folders.insert(folders.end(), more.begin(), more.end());
  here.templates = templates_in(folders);
  here.template_folders = std::move(folders);
  return here;
}

std::vector<std::string> words_to_configure(const std::string& made_from,
                                            const nameable& here,
                                            const surroundings& around) {
  const std::vector<std::string> of_tree =
      here.of ? here.of->model.tree.template_path : std::vector<std::string>();
  std::vector<std::string> all =
      words_to_find_package(here.of ? here.of->where.build_root : std::string(), of_tree, around);
  const std::string folder = here.templates.folder(made_from), parent = folder.substr(0, folder.rfind('/'));
  const bool is_own = of_tree.size() < 2 || parent == of_tree.back();
  const std::vector<std::string> named = template_folders(around);
  if (here.of && !is_own && std::ranges::find(named, parent) == named.end())
    all.push_back("-DCICD_TEMPLATE_PATH=" + parent);
  return all;
}

void add_choice(CLI::App* command, commit_choice& to) {
  CLI::Option* version =
      command->add_option("--version", to.version, "the one with this tag")->type_name("VERSION");
  CLI::Option* commit =
      command->add_option("--commit", to.commit, "the one of this commit")->type_name("COMMIT");
  CLI::Option* from = command
                          ->add_option("--from", to.from,
                                       "the one that runs in this environment; default: the one that FROM "
                                       "names")
                          ->type_name("ENVIRONMENT");
  version->excludes(commit)->excludes(from);
  commit->excludes(from);
}

CLI::Option* add_reason(CLI::App* command, std::string& to, const char* what) {
  static constexpr std::size_t most = 1000;
  return command->add_option("--reason", to, what)
      ->type_name("TEXT")
      ->check([](const std::string& given) -> std::string {
        if (given.find_first_of("\n\r") != std::string::npos) return "a reason is one line";
        const auto letters = std::ranges::count_if(
            given, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
        return static_cast<std::size_t>(letters) > most
                   ? fmt::format("a reason has at most {} letters, and this one has {}", most, letters)
                   : std::string();
      });
}

result<duration> length_in(std::string_view option, const std::string& given) {
  if (duration::accepts(given)) return duration::from(given);
  return error{exit_class::usage, {}, fmt::format("{}: not a length of time", option), given, {}}
      .with("did you mean", duration::guess(given))
      .with("allowed", std::string(duration::allowed()));
}

result<int> percent_of_share(const std::string& given) {
  if (given.empty()) return 0;
  std::string_view text = given;
  if (text.ends_with('%')) text.remove_suffix(1);
  const auto point = std::min(text.find('.'), text.size());  // of 33.3%, as it is printed
  const bool rest_is_digits =
      text.find_first_not_of("0123456789", std::min(point + 1, text.size())) == text.npos;
  const std::string whole = std::string(text.substr(0, point)) + '%';
  if (rest_is_digits && share::accepts(whole)) return detail::share_rule::parsed(whole);
  return error{
      exit_class::usage, {}, "not a share", given, {{"allowed", std::string(detail::share_rule::allowed)}}};
}

}  // namespace cicd
