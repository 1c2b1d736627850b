// Asks the tools that templates name, each once.
#pragma once

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/parse/templates.hpp>
#include <cicd/driver/commands/doctor_templates.hpp>
#include <cicd/driver/commands/tool_version.hpp>
#include <cicd/engine/found_templates.hpp>
#include <cicd/engine/new_service.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_doctor_templates {
namespace {

using declaring::pipeline_template;
using declaring::template_need;

class template_look {
 public:
  template_look(const doctor_scope& of, findings& to) : of_(of), to_(to) {
    std::vector<std::string> folders = template_folders(of.around);
    const auto& more = of.of.model.tree.template_path;
    folders.insert(folders.end(), more.begin(), more.end());
    from_ = templates_in(std::move(folders));
  }

  void look_at(const declared_pipeline& pipeline) {
    if (const auto of = needed_by(pipeline, pipeline.declared.base_template))
      look_at_version(*of, pipeline.source_directory);
  }
  void look_at(const named_environment& of) { (void)needed_by(*of.pipeline, of.place->base_template); }

 private:
  /// Looks at the tools that the template needs; gives it where there is one.
  std::optional<pipeline_template> needed_by(const declared_pipeline& pipeline, const dns_label& name) {
    if (name.empty()) return std::nullopt;
    result<pipeline_template> of = declaring::template_named(name.view(), from_);
    if (!of) return std::nullopt;  // configure said so
    for (const template_need& each : of->needs) {
      const bool is_replaced = !each.unless.empty() && exists(pipeline.source_directory + "/" + each.unless);
      if (!is_replaced && asked_.insert(each.tool + " " + each.oldest).second)
        look_at_tool(*of, each, pipeline.source_directory);
    }
    return std::move(*of);
  }

  /// A tool that is missing may be said by the look at the steps' tools already.
  void look_at_tool(const pipeline_template& of, const template_need& need, const std::string& folder) {
    const std::string install =
        need.package.empty() ? install_hint(need.tool) : "apt-get install " + need.package;
    if (!find_program(need.tool, of_.around.get_or("PATH", ""), folder)) {
      if (!to_.says(need.tool))
        to_.bad(need.tool, fmt::format("is not installed, and the template {} needs it", of.name), install);
      return;
    }
    if (need.oldest.empty()) return;
    const captured answer = run_to_end({need.ask, folder, of_.around.lines()},
                                       {.limit = std::chrono::seconds(20), .cancelled = &of_.cancelled});
    const std::string version = version_in(answer.out + "\n" + answer.err);
    if (version.empty())
      to_.bad(need.tool, fmt::format("does not say its version: {}", shell_quoted(need.ask)), install);
    else if (declaring::is_older(version, need.oldest))
      to_.bad(need.tool,
              fmt::format("is {}, and the template {} needs {} or later", version, of.name, need.oldest),
              install);
    else
      to_.good(need.tool,
               fmt::format("{}, and the template {} needs {} or later", version, of.name, need.oldest));
  }

  void look_at_version(const pipeline_template& of, const std::string& folder) {
    const auto text = read_below_if_there(folder, service_record_file);
    if (!text || !*text) return;
    const result<service_record> made = service_record_from(**text);
    if (!made) return to_.bad("template " + of.name, made.error());
    if (made->made_from != of.name) return;
    if (declaring::is_older(made->version, of.version))
      to_.good("template " + of.name,
               fmt::format("is {}, and {} was made of {}", of.version, made->name, made->version),
               "cicd template update " + shell_quoted(folder));
  }

  const doctor_scope& of_;
  findings& to_;
  template_source from_;
  std::set<std::string> asked_;
};

}  // namespace
}  // namespace driver_commands_doctor_templates

void look_at_templates(const doctor_scope& of, findings& to) {
  driver_commands_doctor_templates::template_look look(of, to);
  for (const declared_pipeline* each : of.pipelines) look.look_at(*each);
  for (const named_environment& each : of.environments) look.look_at(each);
}

}  // namespace cicd
