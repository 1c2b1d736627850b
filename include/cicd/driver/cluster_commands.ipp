// The command lines of `adopt` and `doctor`.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/adopt_command.hpp>
#include <cicd/driver/commands.hpp>
#include <cicd/driver/doctor_command.hpp>

namespace cicd {

namespace driver_cluster_commands {
namespace {

void add_adopt(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<adopt_request>();
  const auto from_cluster = std::make_shared<bool>(false);
  CLI::App* adopt =
      app.add_subcommand("adopt", "write the declaration of what runs in a cluster; change nothing there");
  adopt->add_flag("--from-cluster", *from_cluster, "read a cluster")->required();
  adopt->add_option("--context", said->context, "of the kubeconfig; default: the current one")
      ->type_name("NAME");
  adopt->add_option("--kubeconfig", said->kubeconfig, "default: KUBECONFIG, else that of the home folder")
      ->type_name("FILE");
  adopt->add_option("-n,--namespace", said->namespace_name, "default: that of the context")
      ->type_name("NAME");
  CLI::Option* selector = adopt
                              ->add_option("-l,--selector", said->selector,
                                           "the labels of what belongs together, as kubectl takes them")
                              ->type_name("LABELS");
  adopt->add_option("--release", said->release, "what a Helm release installed")
      ->type_name("NAME")
      ->excludes(selector);
  adopt->add_option("--pipeline", said->pipeline, "its name; default: the release, else the namespace")
      ->type_name("NAME");
  adopt->add_option("--environment", said->environment, "the name of the environment (prod)")
      ->type_name("NAME");
  adopt
      ->add_option("--out", said->out,
                   "write this file, and patches and manifests below its folder; default: print all")
      ->type_name("FILE");
  adopt->callback([said, from_cluster, &chosen] {
    chosen = [said](surroundings around) { return adopt_from_cluster(*said, std::move(around)); };
  });
}

void add_doctor(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<doctor_request>();
  const auto roles = std::make_shared<bool>(false);
  CLI::App* doctor =
      app.add_subcommand("doctor", "what is missing here for planning and deploying, and what helps");
  doctor->add_option("names", said->names, "[<pipeline>] [<environment>]; default: all")->expected(0, 2);
  CLI::Option* json = doctor->add_flag("--json", said->as_json, "print JSON instead of text");
  doctor->add_flag("--rbac", *roles, "print the smallest Roles for planning, deploying and previewing")
      ->excludes(json);
  doctor
      ->add_option("--build-root", said->tree.build_root,
                   "the build tree; default: the one this folder is in")
      ->type_name("FOLDER");
  doctor->add_option("--config", said->tree.config, "the configuration of a multi-configuration generator")
      ->type_name("NAME");
  doctor->callback([said, roles, &chosen] {
    chosen = [said, roles](surroundings around) {
      return *roles ? print_roles(*said, std::move(around)) : examine(*said, std::move(around));
    };
  });
}

}  // namespace
}  // namespace driver_cluster_commands

void add_cluster_commands(CLI::App& app, command_action& chosen) {
  driver_cluster_commands::add_adopt(app, chosen);
  driver_cluster_commands::add_doctor(app, chosen);
}

}  // namespace cicd
