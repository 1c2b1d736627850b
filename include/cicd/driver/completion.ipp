// A walk over the words as CLI11 would read them: into subcommands, past options and their values. Nothing of
// it is a list of commands or options by hand.
#pragma once

#include <algorithm>
#include <optional>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/completion.hpp>

namespace cicd {

namespace driver_completion {
namespace {

/// bash takes `tag=v1` for three words, and puts a completion in place of the last of them.
constexpr std::string_view bash = R"sh(_cicd() {
  local -a words
  local word joins=
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ $word == [=:] && ${#words[@]} -gt 0 ]]; then words[-1]+=$word joins=1
    elif [[ $joins ]]; then words[-1]+=$word joins=
    else words+=("$word"); fi
  done
  mapfile -t COMPREPLY < <("${words[0]}" complete "${words[@]}" 2>/dev/null)
  if [ "${COMPREPLY[0]}" = :paths ]; then COMPREPLY=(); compopt -o default; return; fi
  if [[ $word == [=:] ]]; then word=; fi
  COMPREPLY=("${COMPREPLY[@]#"${words[-1]%"$word"}"}")
}
complete -F _cicd cicd
)sh";

constexpr std::string_view zsh = R"sh(#compdef cicd
_cicd() {
  local -a found
  found=(${(f)"$("${words[1]}" complete "${(@)words[1,CURRENT]}" 2>/dev/null)"})
  if [[ ${found[1]} == :paths ]]; then _files; else compadd -- $found; fi
}
compdef _cicd cicd
)sh";

constexpr std::string_view fish = R"sh(function __cicd_words
  set -l given (commandline -opc) (commandline -ct)
  set -l found (command $given[1] complete $given 2>/dev/null)
  if test "$found[1]" = :paths
    __fish_complete_path (commandline -ct)
  else
    printf '%s\n' $found
  end
end
complete -c cicd -f -a "(__cicd_words)"
)sh";

/// Where the words before the last one lead.
struct reached {
  const CLI::App* command;
  const CLI::Option* wants_value = nullptr;  ///< an option whose value comes next
  int arguments = 0;                         ///< that were given to `command`
  bool only_arguments = false;               ///< after `--`
};

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

void go_on(reached& at, const std::string& word) {
  if (at.wants_value != nullptr) {
    at.wants_value = nullptr;
  } else if (at.only_arguments || !word.starts_with('-') || word == "-") {
    const CLI::App* below = at.arguments == 0 ? subcommand_in(*at.command, word) : nullptr;
    if (below != nullptr)
      at = {below};
    else
      ++at.arguments;
  } else if (word == "--") {
    at.only_arguments = true;
  } else if (const CLI::Option* option = at.command->get_option_no_throw(word.substr(0, word.find('=')))) {
    if (takes_value(*option) && word.find('=') == word.npos) at.wants_value = option;
  }
}

/// The argument that comes next; the last one may stand several times.
const CLI::Option* next_argument(const reached& at) {
  int before = 0;
  for (const CLI::Option* each : at.command->get_options()) {
    if (each->nonpositional()) continue;
    if (at.arguments - before < each->get_items_expected_max()) return each;
    before += each->get_items_expected_max();
  }
  return nullptr;
}

std::vector<std::string> values_of(const CLI::Option* option, const known_values& values) {
  if (option == nullptr) return {};
  const std::string type = option->get_type_name();
  if (type == "FILE" || type == "FOLDER") return {completes_paths};
  if (std::vector<std::string> choices = choices_of(*option); !choices.empty()) return choices;
  return values(option->get_lnames().empty() ? option->get_name() : option->get_lnames().front());
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* each : command.get_options())
    if (!each->get_group().empty())
      for (const std::string& name : each->get_lnames()) names.push_back("--" + name);
  return names;
}

/// Their names, or behind `--event=` what may stand there.
std::vector<std::string> options_begun(const CLI::App& command,
                                       const std::string& begun,
                                       const known_values& values) {
  const auto equals = begun.find('=');
  if (equals == begun.npos) return option_names(command);
  const CLI::Option* option = command.get_option_no_throw(begun.substr(0, equals));
  if (option == nullptr || !takes_value(*option)) return {};
  std::vector<std::string> found = values_of(option, values);
  if (found.size() == 1 && found.front() == completes_paths) return found;
  for (std::string& each : found) each.insert(0, begun, 0, equals + 1);
  return found;
}

std::vector<std::string> subcommand_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* each : command.get_subcommands([](const CLI::App*) { return true; }))
    if (!each->get_group().empty()) names.push_back(each->get_name());
  return names;
}

std::vector<std::string> all_that_may_follow(const reached& at,
                                             const std::string& begun,
                                             const known_values& values) {
  if (at.wants_value != nullptr) return values_of(at.wants_value, values);
  if (begun.starts_with('-') && !at.only_arguments) return options_begun(*at.command, begun, values);
  std::vector<std::string> names =
      at.arguments == 0 ? subcommand_names(*at.command) : std::vector<std::string>();
  return names.empty() ? values_of(next_argument(at), values) : names;
}

}  // namespace
}  // namespace driver_completion

std::vector<std::string> choices_of(const CLI::Option& option) {
  // CLI11 says `TEXT:{bash,zsh,fish}`.
  const std::string type = option.get_type_name();
  const auto open = type.find('{'), close = type.find('}');
  if (open == type.npos || close == type.npos) return {};
  return split(type.substr(open + 1, close - open - 1), ',');
}

std::string completion_script(std::string_view shell) {
  return std::string(shell == "zsh"    ? driver_completion::zsh
                     : shell == "fish" ? driver_completion::fish
                                       : driver_completion::bash);
}

std::vector<std::string> completions(const CLI::App& app,
                                     const std::vector<std::string>& given,
                                     const known_values& values) {
  using namespace driver_completion;
  reached at{&app};
  for (std::size_t each = 0; each + 1 < given.size(); ++each) go_on(at, given[each]);
  std::vector<std::string> all = all_that_may_follow(at, given.back(), values);
  if (all.size() == 1 && all.front() == completes_paths) return all;
  std::erase_if(all, [&](const std::string& each) { return !each.starts_with(given.back()); });
  return all;
}

}  // namespace cicd
