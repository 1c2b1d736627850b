// The declaration of a service as text, and what it names.
#pragma once

#include <cicd/engine/backing_inputs.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/values/value_traits.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/image/image_config.hpp>
#include <cicd/image/oci_layout.hpp>

namespace cicd {

namespace engine_backing_inputs {
namespace {

/// How it is waited for and ended decides nothing of what a step makes.
constexpr std::array<std::string_view, 3> without{"ready", "ready_within", "grace"};

}  // namespace
}  // namespace engine_backing_inputs

result<observed_service> observed_service_of(const backing_service& service,
                                             const declared_pipeline& in,
                                             const session& of,
                                             shared_index& index) {
  observed_service made{.declared = &service};
  const surroundings allowed = of.around.for_commands();
  for (const variable_name& name : service.pass_env)
    if (const auto value = allowed.get(name.view())) made.variables.emplace_back(name.str(), *value);
  if (service.inputs.empty()) return made;
  file_query query{in.source_directory, {}, {}, {of.where.build_root}, false, true};
  for (const path_pattern& pattern : service.inputs) query.patterns.push_back(pattern.str());
  result<file_set> files = index.look(query);
  if (!files) return std::move(files).error();
  made.inputs = *std::move(files);
  return made;
}

std::vector<std::string> tools_of_service(const backing_service& of) {
  std::vector<std::string> names;
  for (const text& tool : of.tools) names.push_back(tool.str());
  // A relative path is that of a file among INPUTS.
  if (!of.command.empty()
      && (of.command.front().view().find('/') == std::string_view::npos
          || of.command.front().view().starts_with('/')))
    names.push_back(of.command.front().str());
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

result<std::string> text_of_service(const observed_service& of, const declared_pipeline& in) {
  std::string text;
  const backing_service& declared = *of.declared;
  each_field(const_cast<backing_service&>(declared), [&](std::string_view key, const auto& field) {
    if (!declaring::is_given(field)
        || std::ranges::find(engine_backing_inputs::without, key) != engine_backing_inputs::without.end())
      return;
    text += key;
    for (const std::string& value : declaring::values_of(field)) (text += '\x1f') += value;
    text += '\n';
  });
  for (const observed_file& file : of.inputs)
    text += fmt::format("file {} {:o} {}\n", file.path, file.mode, hex(file.content));
  for (const auto& [name, value] : of.variables)
    text += fmt::format("variable {} {}\n", name, hex(sha256(value)));
  for (const secret_use& use : declared.secrets)
    for (const secret& each : in.declared.secrets)
      if (each.name == use.secret)
        text += fmt::format("secret {} {}\n", each.name.view(), each.version.view());
  if (const std::string layout = layout_path_of(declared.image.str()); !layout.empty()) {
    const std::string path = layout.starts_with('/') ? layout : in.source_directory + "/" + layout;
    const std::string image = declared.image.str(), named = image.substr(4 + layout.size());
    const result<oci_descriptor> found =
        manifest_in(oci_layout(path), named.empty() ? "" : named.substr(1), architecture_of_this_machine());
    if (!found) return found.error();
    text += "image " + hex(found->content) + '\n';
  }
  return text;
}

}  // namespace cicd
