#pragma once

#include <sys/stat.h>

#include <stdexcept>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/driver/command_line.hpp>
#include <cicd/driver/commands.hpp>
#include <cicd/driver/completion.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/driver/show_commands.hpp>
#include <cicd/system/process.hpp>

#ifndef CICD_VERSION
#error "CICD_VERSION is defined by CMake, from the file VERSION"
#endif

namespace cicd {

namespace driver_command_line {

/// Everything that any command takes; each command reads its own part.
struct words {
  session_request tree;
  run_request run;
  history_request history;
  logs_request logs;
  cache_request cache;
  std::vector<std::string> allow_dirty;
  std::string event, subject, shell;
  bool json = false, verbose = false, quiet = false, ctest = false;
};

result<git_event> event_from(const std::string& text) {
  const auto equals = text.find('=');
  const std::string kind = text.substr(0, equals);
  const std::string name = equals == std::string::npos ? std::string() : text.substr(equals + 1);
  if (kind == "tag" && ref_pattern::accepts(name)) return git_event{ref_kind::tag, name};
  if (kind == "branch" && ref_pattern::accepts(name)) return git_event{ref_kind::branch, name};
  return error{exit_class::usage,
               {},
               "this is no git event",
               text,
               {{"allowed", "branch=<name> or tag=<name>, such as tag=v1.2.3"}}};
}

run_request run_request_from(const words& said, const surroundings& around) {
  run_request request = said.run;
  request.tree = said.tree;
  // `ctest -C` names the configuration in this variable; a test's own words were fixed when CMake configured.
  if (said.ctest) request.tree.config = around.get_or("CMAKE_CONFIG_TYPE", said.tree.config);
  request.as_json = said.json;
  request.allow_dirty = {said.allow_dirty.begin(), said.allow_dirty.end()};
  request.how_much = said.verbose ? verbosity::verbose : said.quiet ? verbosity::quiet : verbosity::normal;
  return request;
}

exit_class plan(const words& said, surroundings around) {
  run_request request = run_request_from(said, around);
  if (!said.event.empty()) {
    result<git_event> event = event_from(said.event);
    if (!event) {
      print_errors({event.error()});
      return exit_class::usage;
    }
    request.event = *std::move(event);
  }
  return plan_targets(request, std::move(around));
}

/// Adds the options that every command with a build tree takes.
CLI::App* with_tree(CLI::App* command, words& said) {
  command
      ->add_option("--build-root", said.tree.build_root, "the build tree; default: the one this folder is in")
      ->type_name("FOLDER");
  command->add_option("--config", said.tree.config, "the configuration of a multi-configuration generator")
      ->type_name("NAME");
  return command;
}

CLI::App* with_json(CLI::App* command, words& said) {
  command->add_flag("--json", said.json, "print JSON instead of text");
  return command;
}

using action = std::function<exit_class(const words&, surroundings)>;

void add_run(CLI::App& app, words& said, action& chosen) {
  CLI::App* run = with_tree(
      app.add_subcommand("run", "build what is named, and all before it that is not up to date"), said);
  run->add_option("target", said.run.targets,
                  "targets such as orders.image or deploy-stage, or steps such as orders/lint")
      ->required();
  run->add_option("--allow-dirty", said.allow_dirty,
                  "take uncommitted changes to this environment, or to 'publish'")
      ->type_name("NAME");
  run->add_flag("-v,--verbose", said.verbose, "print all output of all steps");
  run->add_flag("-q,--quiet", said.quiet, "print only what failed");
  run->add_flag("--ctest", said.ctest, "as a ctest test: plain output")->group("");
  run->callback([&] {
    chosen = [](const words& all, surroundings around) {
      const run_request request = run_request_from(all, around);
      return run_targets(request, std::move(around));
    };
  });
  CLI::App* plan_command = with_json(
      with_tree(app.add_subcommand("plan", "show what would happen and why; change nothing"), said), said);
  plan_command->add_option("target", said.run.targets,
                           "targets or steps; default: all, or what the event sets off");
  plan_command->add_option("--event", said.event, "rehearse a git event: branch=<name> or tag=<name>")
      ->type_name("EVENT");
  plan_command
      ->add_option("--out", said.run.plan_file,
                   "save what each deploy to a cluster would do, for deploy --plan")
      ->type_name("FILE");
  plan_command->add_option("--allow-dirty", said.allow_dirty, "as for run")->type_name("NAME");
  plan_command->callback([&] { chosen = plan; });
}

void add_shows(CLI::App& app, words& said, action& chosen) {
  with_json(with_tree(app.add_subcommand("status", "what is deployed where, and the last run"), said), said)
      ->callback([&] {
        chosen = [](const words& all, surroundings around) {
          return show_status(all.tree, all.json, std::move(around));
        };
      });
  CLI::App* history =
      with_json(with_tree(app.add_subcommand("history", "deployments and runs, newest first"), said), said);
  history->add_option("-n,--most", said.history.most, "how many of each (20)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("NUMBER");
  history->add_flag("--rebuild-index", said.history.rebuild_index,
                    "make the index of runs anew from what the build tree holds");
  history->callback([&] {
    chosen = [](const words& all, surroundings around) {
      history_request request = all.history;
      request.tree = all.tree;
      request.as_json = all.json;
      return show_history(request, std::move(around));
    };
  });
  CLI::App* logs = with_tree(app.add_subcommand("logs", "the log of a step's last run"), said);
  logs->add_option("step", said.logs.step, "such as orders.test")->required();
  logs->add_option("--run", said.logs.run, "the run's id, as history shows it")->type_name("ID");
  logs->callback([&] {
    chosen = [](const words& all, surroundings around) {
      logs_request request = all.logs;
      request.tree = all.tree;
      return show_logs(request, std::move(around));
    };
  });
  CLI::App* explain = with_tree(
      app.add_subcommand(
          "explain",
          "what a function, an option, a template or a declared value means, and where it comes from"),
      said);
  explain
      ->add_option("subject", said.subject,
                   "such as service.replicas, pipeline_service, java-maven, orders.service.api.replicas")
      ->required();
  explain->callback([&] {
    chosen = [](const words& all, surroundings around) {
      return show_explanation(all.tree, all.subject, std::move(around));
    };
  });
  CLI::App* cache = with_json(
      app.add_subcommand("cache", "the size of the cache; with --remove-older-than, a smaller one"), said);
  cache
      ->add_option("--remove-older-than", said.cache.remove_older_than_days,
                   "remove what was made more than that many days ago")
      ->check(CLI::Range(0, 36'500))
      ->type_name("DAYS");
  cache->callback([&] {
    chosen = [](const words& all, surroundings around) {
      cache_request request = all.cache;
      request.as_json = all.json;
      return tend_cache(request, std::move(around));
    };
  });
}

void add_plumbing(CLI::App& app, words& said, action& chosen) {
  CLI::App* completion = app.add_subcommand("completion", "the completion script of a shell");
  completion->add_option("shell", said.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([&] {
    chosen = [](const words& all, surroundings) {
      print_out(completion_script(all.shell));
      return exit_class::done;
    };
  });
  with_tree(app.add_subcommand("help-targets", "the targets of the build tree and what each does"), said)
      ->callback([&] {
        chosen = [](const words& all, surroundings around) {
          return show_targets(all.tree, std::move(around));
        };
      });
  with_tree(
      app.add_subcommand("describe", "check the declarations and write targets.cmake (called by CMake)"),
      said)
      ->callback([&] {
        chosen = [](const words& all, surroundings around) {
          return describe_build_tree(all.tree, std::move(around));
        };
      });
  with_tree(app.add_subcommand("complete", "words for completion")->group(""), said)->callback([&] {
    chosen = [](const words& all, surroundings around) {
      return show_completion_words(all.tree, std::move(around));
    };
  });
  app.add_subcommand("reference", "the reference of all options, in Markdown")->group("")->callback([&] {
    chosen = [](const words&, surroundings) { return show_reference(); };
  });
}

/// The first of the given words that is no option of `command` although it looks like one.
std::optional<error> unknown_option(const CLI::App& command, const std::vector<std::string>& words) {
  std::vector<std::string> options;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || name == "--" || std::ranges::find(options, name) != options.end())
      continue;
    return error{exit_class::usage, {}, "there is no such option of " + command.get_name(), name, {}}
        .with("did you mean", nearest(name, options).value_or(""))
        .with("try", "cicd " + command.get_name() + " --help");
  }
  return std::nullopt;
}

/// CLI11's own words for a mistake, in our form, with the nearest command or option.
int usage_failure(const CLI::App& app, const CLI::ParseError& mistake, int count, char** given) {
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands({}))
    if (!command->get_group().empty()) commands.push_back(command->get_name());
  std::string said = mistake.what();
  while (said.ends_with('\n') || said.ends_with('.')) said.pop_back();
  error why{exit_class::usage,
            {},
            lower(said.substr(0, 1)) + said.substr(1 < said.size() ? 1 : said.size()),
            {},
            {}};
  if (count > 1 && std::ranges::find(commands, given[1]) == commands.end() && given[1][0] != '-')
    why = error{exit_class::usage, {}, "there is no such command", given[1], {}}
              .with("did you mean", nearest(given[1], commands).value_or(""))
              .with("allowed", joined(commands, ", "));
  std::string help = "cicd --help";
  for (const CLI::App* command : app.get_subcommands({})) {
    if (count < 2 || command->get_name() != given[1]) continue;
    if (const auto unknown = unknown_option(*command, {given + 2, given + count})) {
      print_errors({*unknown});
      return static_cast<int>(exit_class::usage);
    }
    help = "cicd " + command->get_name() + " --help";
  }
  print_errors({std::move(why).with("try", help)});
  return static_cast<int>(exit_class::usage);
}

}  // namespace driver_command_line

int run_command_line(int count, char** given) {
  prepare_process();
  driver_command_line::words said;
  driver_command_line::action chosen;
  CLI::App app("cicd " CICD_VERSION
               ": build, test, scan, image, publish and deploy, from the build system that is there",
               "cicd");
  app.set_version_flag("--version", "cicd " CICD_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 done, 1 a step failed, 2 wrong declaration or usage, 3 conflict, 4 stored state is "
      "corrupt,\n"
      "5 policy, 6 a remote failed, 7 cannot save state, 130/143 interrupted.");
  driver_command_line::add_run(app, said, chosen);
  driver_command_line::add_shows(app, said, chosen);
  driver_command_line::add_plumbing(app, said, chosen);
  command_action acting;
  add_environment_commands(app, acting);
  add_job_commands(app, acting);
  add_branch_commands(app, acting);
  add_cluster_commands(app, acting);
  try {
    app.parse(count, given);
  } catch (const CLI::CallForHelp&) {
    print_out(app.get_subcommands().empty() ? app.help() : app.get_subcommands().front()->help("cicd"));
    return 0;
  } catch (const CLI::CallForVersion&) {
    print_out("cicd " CICD_VERSION "\n");
    return 0;
  } catch (const CLI::ParseError& mistake) {
    return driver_command_line::usage_failure(app, mistake, count, given);
  }
  try {
    return static_cast<int>(acting ? acting(surroundings::of_process())
                                   : chosen(said, surroundings::of_process()));
  } catch (const std::runtime_error& problem) {  // what Asio says where the system gives it no descriptor
    print_errors({error{exit_class::usage,
                        {},
                        "the system does not give this process what it needs",
                        displayable(problem.what()),
                        {{"try", "ulimit -n 4096, where too many files are open"}}}});
    return static_cast<int>(exit_class::usage);
  }
}

}  // namespace cicd
