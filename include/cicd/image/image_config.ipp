// The two documents of an image.
#pragma once

#include <cicd/image/image_config.hpp>

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

namespace cicd {

namespace image_image_config {
namespace {

constexpr std::string_view created = "1970-01-01T00:00:01Z";
constexpr std::string_view usual_path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string name_in(const std::string& variable) {
  return variable.substr(0, variable.find('='));
}

void set_variable(std::vector<std::string>& in, const std::string& name, const std::string& value) {
  const auto found = std::ranges::find(in, name, name_in);
  if (found != in.end())
    *found = name + "=" + value;
  else
    in.push_back(name + "=" + value);
}

std::vector<std::string> environment_of(const image_recipe& recipe, const json& base) {
  auto variables = base["Env"].texts();
  const bool is_given = std::ranges::any_of(recipe.env, [](const auto& one) { return one.first == "PATH"; });
  if (!is_given && std::ranges::find(variables, "PATH", name_in) == variables.end())
    variables.insert(variables.begin(), std::string(usual_path));
  for (const auto& [name, value] : recipe.env) set_variable(variables, name, value);
  return variables;
}

void set_start(json& config, const image_recipe& recipe) {
  json kept;
  for (const auto& [name, value] : config.members())
    if (name != "Cmd" && name != "Entrypoint") kept.set(name, value);
  const json& entrypoint = config["Entrypoint"];
  const json& arguments = config["Cmd"];
  if (!recipe.entrypoint.empty()) {
    kept.set("Entrypoint", json_texts(recipe.entrypoint));
  } else if (!entrypoint.is_null()) {
    kept.set("Entrypoint", entrypoint);
  }
  if (!recipe.arguments.empty()) {
    kept.set("Cmd", json_texts(recipe.arguments));
  } else if (recipe.entrypoint.empty() && !arguments.is_null()) {
    kept.set("Cmd", arguments);
  }
  config = std::move(kept);
}

void set_labels(json& config, const image_recipe& recipe) {
  if (recipe.labels.empty()) return;
  json labels = config["Labels"];
  for (const auto& [name, value] : recipe.labels) labels.set(name, value);
  config.set("Labels", std::move(labels));
}

void set_port(json& config, int port) {
  if (port == 0) return;
  json ports = config["ExposedPorts"];
  ports.set(fmt::format("{}/tcp", port), json::object{});
  config.set("ExposedPorts", std::move(ports));
}

json run_config(const image_recipe& recipe, const json& base) {
  json config = base;
  config.set("User", std::to_string(recipe.user) + (recipe.group.empty() ? "" : ":" + recipe.group));
  set_port(config, recipe.port);
  config.set("Env", json_texts(environment_of(recipe, base)));
  set_start(config, recipe);
  if (recipe.working_directory != "/" || config["WorkingDir"].is_null())
    config.set("WorkingDir", recipe.working_directory);
  set_labels(config, recipe);
  return config;
}

json history_of(const json& base, const std::vector<image_layer>& layers, std::size_t base_layers) {
  json history = json::array{};
  const auto& inherited = base["history"].elements();
  for (const auto& step : inherited) history.push(step);
  for (std::size_t i = inherited.empty() ? 0 : base_layers; i < layers.size(); ++i) {
    json step;
    step.set("created", std::string(created));
    step.set("created_by", std::string(layer_history_prefix) + layers[i].layer.name);
    history.push(std::move(step));
  }
  return history;
}

}  // namespace
}  // namespace image_image_config

json image_config_of(const image_recipe& recipe,
                     const std::string& architecture,
                     const json& base,
                     const std::vector<image_layer>& layers,
                     std::size_t base_layers) {
  json config;
  config.set("created", std::string(image_image_config::created));
  config.set("architecture", architecture);
  if (!recipe.variant.empty())
    config.set("variant", recipe.variant);
  else if (!base["variant"].is_null())
    config.set("variant", base["variant"]);
  config.set("os", "linux");
  config.set("config", image_image_config::run_config(recipe, base["config"]));
  json diff_ids = json::array{};
  for (const auto& one : layers) diff_ids.push(oci_text(one.layer.diff_id));
  config.set("rootfs", json().set("type", "layers").set("diff_ids", std::move(diff_ids)));
  config.set("history", image_image_config::history_of(base, layers, base_layers));
  return config;
}

json image_manifest_of(const oci_descriptor& config, const std::vector<image_layer>& layers) {
  json manifest;
  manifest.set("schemaVersion", 2);
  manifest.set("mediaType", std::string(oci_manifest_type));
  manifest.set("config", config.as_json());
  json list = json::array{};
  for (const auto& one : layers)
    list.push(oci_descriptor{.media_type = one.media_type,
                             .content = one.layer.blob,
                             .size = one.layer.size,
                             .tag = {},
                             .architecture = {}}
                  .as_json());
  manifest.set("layers", std::move(list));
  return manifest;
}

std::string architecture_of_this_machine() {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> names{
      {{"x86_64", "amd64"},
       {"aarch64", "arm64"},
       {"armv7l", "arm"},
       {"i686", "386"},
       {"loongarch64", "loong64"}}};
  struct utsname machine {};
  ::uname(&machine);
  const auto found = std::ranges::find(names, std::string_view(machine.machine),
                                       &std::pair<std::string_view, std::string_view>::first);
  return found == names.end() ? machine.machine : std::string(found->second);
}

bool runs_programs_of(std::string_view machine, std::string_view program) {
  return machine == program || (machine == "amd64" && program == "386");
}

}  // namespace cicd
