// `cicd deploy --plan`: deploys exactly what a saved plan says, or refuses.
#pragma once

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_deploy {
namespace {

struct words {
  session_request tree;
  std::string file;
};

error no_plan(const std::string& file, std::string why) {
  return error{exit_class::usage,
               {},
               "not a saved plan",
               file,
               {{"caused by", std::move(why)}, {"try", "cicd plan orders.deploy-prod --out " + file}}};
}

exit_class deploy_saved(const words& said, surroundings around) {
  const result<std::string> text = read_given(said.file);
  if (!text) return refused(text.error());
  const result<json> saved = parse_json(*text);
  if (!saved) return refused(no_plan(said.file, saved.error().what));
  if ((*saved)["schema"].integer() != 1) return refused(no_plan(said.file, "its schema is not 1"));
  run_request request;
  request.tree = said.tree;
  request.command = said.tree.command();
  for (const json& each : (*saved)["deploys"].elements()) {
    const std::string step = each["step"].text(), whole = each["part_of"].text(step);
    if (std::ranges::find(request.targets, whole) == request.targets.end()) request.targets.push_back(whole);
    if (each["commit"].is_string()) request.saved_commits[whole] = each["commit"].text();
    // Of a way that no server compares, what its approval would be bound to.
    const bool is_of_cluster = each["fingerprint"].is_string();
    request.saved_plans[step + "@" + each["cluster"].text()] =
        each[is_of_cluster ? "fingerprint" : "approval"].text();
  }
  request.take_over = (*saved)["take_over"].texts();
  if (request.targets.empty()) return refused(no_plan(said.file, "it has no deploys"));
  return run_targets(request, std::move(around));
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* deploy = app.add_subcommand("deploy", "deploy exactly a saved plan, or refuse");
  deploy->add_option("--plan", said->file, "the file of cicd plan --out")->required()->type_name("FILE");
  with_tree(deploy, said->tree);
  acts(deploy, chosen, [said](surroundings around) { return deploy_saved(*said, std::move(around)); });
}

const registered_command deploy_command(add);

}  // namespace
}  // namespace driver_commands_deploy

}  // namespace cicd
