#pragma once

#include <cicd/base/text.hpp>
#include <cicd/declare/explain.hpp>
#include <cicd/driver/completion.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

namespace driver_completion {

constexpr std::string_view commands =
    "run plan status history logs explain cache completion help-targets describe";

constexpr std::string_view bash = R"sh(_cicd() {
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} kind=
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "@commands@ --help --version" -- "$word")); return; fi
  case $command in
    run|plan) kind=target ;;
    logs) kind=step ;;
    explain) kind=subject ;;
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return ;;
  esac
  [ -n "$kind" ] && COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" complete 2>/dev/null | sed -n "s/^$kind //p")" -- "$word"))
}
complete -F _cicd cicd
)sh";

constexpr std::string_view zsh = R"sh(#compdef cicd
_cicd() {
  local kind=
  if (( CURRENT == 2 )); then compadd -- @commands@ --help --version; return; fi
  case ${words[2]} in
    run|plan) kind=target ;;
    logs) kind=step ;;
    explain) kind=subject ;;
    completion) compadd -- bash zsh fish; return ;;
  esac
  [[ -n $kind ]] && compadd -- ${(f)"$("${words[1]}" complete 2>/dev/null | sed -n "s/^$kind //p")"}
}
compdef _cicd cicd
)sh";

constexpr std::string_view fish = R"sh(function __cicd_words
  command cicd complete 2>/dev/null | string replace -rf "^$argv[1] " ""
end
complete -c cicd -f
complete -c cicd -n __fish_use_subcommand -a "@commands@"
complete -c cicd -n "__fish_seen_subcommand_from run plan" -a "(__cicd_words target)"
complete -c cicd -n "__fish_seen_subcommand_from logs" -a "(__cicd_words step)"
complete -c cicd -n "__fish_seen_subcommand_from explain" -a "(__cicd_words subject)"
complete -c cicd -n "__fish_seen_subcommand_from completion" -a "bash zsh fish"
)sh";

}  // namespace driver_completion

std::string completion_script(std::string_view shell) {
  const std::string_view script = shell == "zsh"    ? driver_completion::zsh
                                  : shell == "fish" ? driver_completion::fish
                                                    : driver_completion::bash;
  return replaced_all(std::string(script), "@commands@", driver_completion::commands);
}

exit_class show_completion_words(const session_request& tree, surroundings around) {
  std::vector<std::string> folders = template_folders(around);
  std::unique_ptr<session> of;
  if (find_build_root(tree, around)) of = std::move(open_session(tree, around).opened);
  if (of)
    folders.insert(folders.end(), of->model.tree.template_path.begin(), of->model.tree.template_path.end());
  std::string text;
  if (of)
    for (const target& one : of->targets) text += "target " + one.name + "\n";
  if (of)
    for (const graph_step& step : graph_of(of->model).steps) text += "step " + flat_name(step.id) + "\n";
  for (const std::string& subject : subjects(of ? &of->model : nullptr, templates_in(folders)))
    text += "subject " + subject + "\n";
  print_out(text);
  return exit_class::done;
}

}  // namespace cicd
