#pragma once

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/driver/image_step.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_image_step {

std::vector<std::string> words_of(const std::vector<text>& words) {
  std::vector<std::string> plain;
  for (const text& word : words) plain.push_back(word.str());
  return plain;
}

layer_recipe files_layer(const image& declared, const std::string& folder) {
  layer_recipe layer{.name = declared.jar ? "files" : "application", .entries = {}, .keep_modes = false};
  for (const file_mapping& file : declared.files)
    layer.entries.push_back({folder + "/" + file.from.str(), file.to});
  return layer;
}

status add_jar(const image& declared, const std::string& folder, image_recipe& recipe) {
  const result<std::string> jar = runnable_jar(folder, declared.jar.str());
  if (!jar) return jar.error();
  result<java_application> application = java_application_of(*jar, folder + "/.cicd-jar");
  if (!application) return std::move(application).error();
  recipe.layers = std::move(application->layers);
  recipe.entrypoint = std::move(application->entrypoint);
  recipe.working_directory = application->working_directory;
  return {};
}

std::string summary_of(const built_image& built) {
  const auto reused = std::ranges::count_if(built.layers, &built_layer::reused);
  return fmt::format("sha256:{}, {}, {} of {} layers reused", hex(built.manifest).substr(0, 12),
                     human_size(built.size), reused, built.layers.size());
}

}  // namespace driver_image_step

result<image_recipe> recipe_for(const image& declared, const std::string& folder) {
  image_recipe recipe;
  recipe.base = declared.base ? declared.base.str() : "scratch";
  recipe.directory = folder;
  if (declared.jar)
    if (status added = driver_image_step::add_jar(declared, folder, recipe); !added)
      return std::move(added).error();
  if (!declared.files.empty()) recipe.layers.push_back(driver_image_step::files_layer(declared, folder));
  if (!declared.entrypoint.empty()) recipe.entrypoint = driver_image_step::words_of(declared.entrypoint);
  recipe.arguments = driver_image_step::words_of(declared.arguments);
  for (const assignment& variable : declared.env)
    recipe.env.emplace_back(variable.name.str(), variable.value);
  for (const label& one : declared.labels) recipe.labels[one.key.str()] = one.value;
  if (declared.user) recipe.user = declared.user.number();
  if (declared.working_directory) recipe.working_directory = declared.working_directory.str();
  recipe.port = declared.port.number();
  return recipe;
}

std::string layer_folder(const workspace& where, const std::function<void(const std::string&)>& say) {
  std::string shared = where.cache + "/layers";
  const status made = make_folder(shared);
  if (made && access(shared.c_str(), W_OK) == 0) return shared;
  say("layers are not kept in the cache: " + (made ? "it cannot be written" : made.error().what));
  return where.own() + "/layers";
}

outcome build_image_step(const task& work,
                         const surroundings& around,
                         const std::string& layer_cache_folder,
                         unsigned threads,
                         const cancellation& cancelled) {
  outcome end;
  const auto failed = [&](error why) {
    why.subject = work.step->id;
    end.failure = std::move(why);
    return end;
  };
  result<image_recipe> recipe = recipe_for(*work.step->picture, work.folder);
  if (!recipe) return failed(recipe.error());
  recipe->environment = around.all();
  const result<built_image> built =
      build_image(*recipe, work.folder + "/layout", {layer_cache_folder}, threads, &cancelled);
  if (!built) return failed(built.error());
  end.how = step_outcome::ran;
  end.result.artifact = oci_text(built->manifest);
  end.summary = driver_image_step::summary_of(*built);
  return end;
}

}  // namespace cicd
