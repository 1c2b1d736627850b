// `cicd run`: builds what is named, and all before it that is not up to date.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/run.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/rehearsal.hpp>

namespace cicd {

namespace driver_commands_run {
namespace {

result<git_event> event_from(const std::string& text, const surroundings& around) {
  if (text == "ci") return event_of_ci(around);
  const auto equals = text.find('=');
  const std::string kind = text.substr(0, equals);
  const std::string name = equals == std::string::npos ? std::string() : text.substr(equals + 1);
  if (kind == "tag" && is_name_of_event(name)) return git_event{ref_kind::tag, name};
  if (kind == "branch" && is_name_of_event(name)) return git_event{ref_kind::branch, name};
  const std::vector<std::string> kinds{"branch", "tag", "ci"};
  const std::string near = equals == text.npos ? "" : nearest(kind, kinds).value_or("");
  return error{exit_class::usage, {}, "not a git event", text, {}}
      .with("did you mean", near.empty() || near == kind || near == "ci" ? "" : near + "=" + name)
      .with("allowed", "branch=<name>, tag=<name> such as tag=v1.2.3, or ci: what the CI system says");
}

}  // namespace
}  // namespace driver_commands_run

result<run_request> request_of(const run_words& said, const surroundings& around) {
  run_request request = said.request;
  request.allow_dirty = {said.allow_dirty.begin(), said.allow_dirty.end()};
  if (said.event.empty()) return request;
  result<git_event> event = driver_commands_run::event_from(said.event, around);
  if (!event) return std::move(event).error();
  request.event = *std::move(event);
  if (request.tree.command) request.command = request.tree.command();
  return request;
}

void add_event(CLI::App* command, std::string& to, const char* what) {
  command->add_option("--event", to, what)->type_name("EVENT");
}

void add_affected(CLI::App* command, affected_request& to) {
  CLI::Option* affected =
      command->add_flag("--affected", to.is_wanted, "only what the change since the merge base reaches");
  command
      ->add_option("--since", to.since,
                   "what the change is compared with: a branch, a tag or a commit; default: what the pull "
                   "request goes to, else the default branch of origin")
      ->type_name("REF")
      ->needs(affected);
  command->add_flag("--or-all", to.or_all, "do all where it is not known what the change reaches")
      ->needs(affected);
}

namespace driver_commands_run {
namespace {

struct words : run_words {
  bool verbose = false, quiet = false, ctest = false;
};

exit_class act(const words& said, surroundings around) {
  result<run_request> made = request_of(said, around);
  if (!made) return refused(made.error());
  run_request request = *std::move(made);
  if (request.targets.empty() && request.event.kind == ref_kind::none)
    return refused(
        error{exit_class::usage,
              {},
              "a target or an event is required",
              {},
              {{"allowed", "a target such as orders.image, a step such as orders/lint, or --event"},
               {"try", "cicd run --help"}}});
  // `ctest -C` names the configuration in this variable; a test's own words were fixed when CMake configured.
  if (said.ctest) request.tree.config = around.get_or("CMAKE_CONFIG_TYPE", request.tree.config);
  request.is_captured = said.ctest;
  request.how_much = said.verbose ? verbosity::verbose : said.quiet ? verbosity::quiet : verbosity::normal;
  return run_targets(request, std::move(around));
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* run = with_tree(app.add_subcommand("run", "run targets or steps, and what they depend on"),
                            said->request.tree);
  run->add_option("target", said->request.targets,
                  "targets such as orders.image or deploy-stage, or steps such as orders/lint; default: "
                  "what the event sets off");
  add_event(run, said->event,
            "run for a git event: branch=<name>, tag=<name>, or ci: what the CI system says happened");
  add_affected(run, said->request.affected);
  add_allow_dirty(run, said->allow_dirty, "take uncommitted changes to this environment, or to 'publish'");
  add_take_over(run, said->request.take_over);
  run->add_flag("--keep-going", said->request.keep_going,
                "of an event: deploy what is not refused, although something of that pipeline is");
  run->add_flag("-v,--verbose", said->verbose, "print all output of all steps");
  run->add_flag("-q,--quiet", said->quiet, "print only what failed");
  run->add_flag("--ctest", said->ctest, "as a ctest test: plain output")->group("");
  acts(run, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command run_command(add);

}  // namespace
}  // namespace driver_commands_run

}  // namespace cicd
