// Words that several commands share, and what they mean. It does not know what is done with them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/values/numbers.hpp>
#include <cicd/deliver/chosen_commit.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/engine/session.hpp>

namespace CLI {
class Option;
}

namespace cicd {

/// When `command` is the one that is meant, `act` is done.
void acts(CLI::App* command, command_action& chosen, command_action act);
/// `--build-root` and `--config`: every command with a build tree takes them.
CLI::App* with_tree(CLI::App* command, session_request& to);
/// `--json`
CLI::App* with_json(CLI::App* command, bool& to);
/// `--allow-dirty`, said to be `what`.
void add_allow_dirty(CLI::App* command, std::vector<std::string>& to, const char* what);

/// `--take-over`
void add_take_over(CLI::App* command, std::vector<std::string>& to);

/// `--version`, `--commit` and `--from`, of which one at most is said.
void add_choice(CLI::App* command, commit_choice& to);

/// `--reason`
CLI::Option* add_reason(CLI::App* command, std::string& to, const char* what);

/// `--utc`, of pages with times.
void add_exact_times(CLI::App* command, bool& to);
/// `--context`, of what is done in one cluster.
void add_context(CLI::App* command, std::string& to);
/// `--pass-status`, of what follows a Job.
void add_pass_status(CLI::App* command, bool& to);

/// The words of a command that does something to an environment of one pipeline or of all that have it.
struct environment_words {
  session_request tree;
  std::vector<std::string> names;  ///< `[<pipeline>] <environment>`

  std::string pipeline() const { return names.size() > 1 ? names.front() : std::string(); }
  std::string environment() const { return names.back(); }
};
void add_names(CLI::App* command, environment_words& said);
/// Does it for each pipeline that is meant: the one that is named, or all that have the environment. The
/// first failure ends it.
exit_class for_each_pipeline(const environment_words& said,
                             const surroundings& around,
                             const std::function<exit_class(const std::string& pipeline)>& act);
/// The action of a command whose words are environment words and more.
template <typename Words>
void acts_for_each(CLI::App* command,
                   command_action& chosen,
                   const std::shared_ptr<Words>& said,
                   exit_class (*act)(const Words& said,
                                     const std::string& pipeline,
                                     const surroundings& around)) {
  acts(command, chosen, [said, act](const surroundings& around) {
    return for_each_pipeline(*said, around,
                             [&](const std::string& pipeline) { return act(*said, pipeline, around); });
  });
}

/// The session, or nothing once it was said why it cannot be opened: `failure` is the class then. Warnings
/// are said where CMake configures.
std::optional<session> open_or_say(const session_request& tree, surroundings around, exit_class& failure);

/// What `explain` and completion can name here. Outside of a build tree that is less.
struct nameable {
  std::optional<session> of;  ///< nothing where no build tree is found, or its declarations are wrong
  template_source templates;
  std::vector<std::string> template_folders{};  ///< those that they are looked for in

  const model* declared() const { return of ? &of->model : nullptr; }
};
nameable nameable_here(const session_request& tree, const surroundings& around);

/// What configure of a project that was made of that template has to be told of where things are.
std::vector<std::string> words_to_configure(const std::string& made_from,
                                            const nameable& here,
                                            const surroundings& around);

/// `4h`, given to `option`.
result<duration> length_in(std::string_view option, const std::string& given);

/// `10%`, `10` or `33.3%` as it is printed, in whole percent; 0 where nothing is given.
result<int> percent_of_share(const std::string& given);

}  // namespace cicd
