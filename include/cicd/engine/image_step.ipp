// An image step: what was declared becomes a recipe, its layers are built, or taken where they were built
// before.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/engine/image_step.hpp>
#include <cicd/image/java_application.hpp>
#include <cicd/run/cache.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_image_step {

std::vector<std::string> words_of(const std::vector<text>& words) {
  std::vector<std::string> plain;
  for (const text& word : words) plain.push_back(word.str());
  return plain;
}

/// A link is put into the image as it is; one on the way to a file must not lead out of the step's folder.
result<std::string> place_of(const std::string& folder, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string above = slash == std::string::npos ? std::string() : path.substr(0, slash);
  const auto place = place_below(folder, above);
  if (!place) return place.error();
  return place->value_or(folder + "/" + above) + "/" + path.substr(slash + 1);
}

result<layer_recipe> files_layer(const image& declared, const std::string& folder) {
  layer_recipe layer{.name = declared.jar ? "files" : "application", .entries = {}, .keep_modes = false};
  for (const file_mapping& file : declared.files) {
    result<std::string> from = place_of(folder, file.from.str());
    if (!from) return std::move(from).error();
    layer.entries.push_back({*std::move(from), file.to});
  }
  return layer;
}

status add_jar(const image& declared,
               const std::string& folder,
               const surroundings& around,
               image_recipe& recipe) {
  const result<unpack_limit> limit = unpack_limit_of(around);
  if (!limit) return limit.error();
  const result<std::string> jar = runnable_jar(folder, declared.jar.str());
  if (!jar) return jar.error();
  result<java_application> application = java_application_of(*jar, folder + "/.cicd-jar", *limit);
  if (!application) return std::move(application).error();
  recipe.layers = std::move(application->layers);
  recipe.entrypoint = std::move(application->entrypoint);
  recipe.working_directory = application->working_directory;
  return {};
}

error modes_stay(const std::string& path) {
  return error{exit_class::cannot_save, {}, "the permissions cannot be set", path, {}};
}

/// What earlier steps made was put here under the user's umask. The modes of a base's folder become the
/// image's, and are the same under any.
status give_plain_modes(const std::string& folder) {
  const auto entries = list_tree(folder);
  if (!entries) return entries.error();
  if (chmod(folder.c_str(), 0755) != 0) return modes_stay(folder);
  for (const tree_entry& entry : *entries) {
    if (entry.kind != entry_kind::file && entry.kind != entry_kind::folder) continue;
    const bool runs = entry.kind == entry_kind::folder || (entry.mode & 0100U) != 0;
    const std::string path = folder + "/" + entry.path;
    if (chmod(path.c_str(), runs ? 0755 : 0644) != 0) return modes_stay(path);
  }
  return {};
}

status give_base_plain_modes(const task& work) {
  const std::string base = work.step->declared_image()->base.str();
  if (!base.starts_with("rootfs:") || base.substr(7, 1) == "/") return {};
  const auto folder = real_path(work.folder), root = real_path(work.folder + "/" + base.substr(7));
  const bool is_here = folder && root && path_below(*root, *folder) != *root && is_folder(*root);
  return is_here ? give_plain_modes(*root) : status{};
}

/// `layout` and what a jar is unpacked to lie beside what earlier steps gave: no link of theirs leads there.
status clear_own_names(const std::string& folder) {
  for (const char* name : {"/layout", "/.cicd-jar"})
    if (link_target(folder + name))
      if (status gone = remove_tree(folder + name); !gone) return gone;
  return {};
}

std::string summary_of(const built_image& built) {
  const auto reused = std::ranges::count_if(built.layers, &built_layer::reused);
  std::string text = fmt::format("sha256:{}, {}, {} of {} layers reused", hex(built.manifest).substr(0, 12),
                                 human_size(built.size), reused, built.layers.size());
  if (built.left_out != 0) text += fmt::format(", {} devices below dev/ left out", built.left_out);
  if (!built.lost_capabilities.empty())
    text +=
        fmt::format(", without the file capabilities of {}{}", displayable(built.lost_capabilities.front()),
                    built.lost_capabilities.size() == 1
                        ? std::string()
                        : fmt::format(" and {} more", built.lost_capabilities.size() - 1));
  return text;
}

}  // namespace engine_image_step

result<image_recipe> recipe_for(const image& declared,
                                const std::string& folder,
                                const surroundings& around) {
  image_recipe recipe;
  recipe.base = declared.base ? declared.base.str() : "scratch";
  recipe.directory = folder;
  recipe.environment = around.all();
  if (declared.jar)
    if (status added = engine_image_step::add_jar(declared, folder, around, recipe); !added)
      return std::move(added).error();
  if (!declared.files.empty()) {
    result<layer_recipe> files = engine_image_step::files_layer(declared, folder);
    if (!files) return std::move(files).error();
    recipe.layers.push_back(*std::move(files));
  }
  if (!declared.entrypoint.empty()) recipe.entrypoint = engine_image_step::words_of(declared.entrypoint);
  recipe.arguments = engine_image_step::words_of(declared.arguments);
  for (const assignment& variable : declared.env)
    recipe.env.emplace_back(variable.name.str(), variable.value);
  for (const label& one : declared.labels) recipe.labels[one.key.str()] = one.value;
  if (declared.user) recipe.user = declared.user.number();
  if (declared.working_directory) recipe.working_directory = declared.working_directory.str();
  recipe.port = declared.port.number();
  return recipe;
}

layer_cache layers_of(const workspace& where, const std::function<void(const std::string&)>& say) {
  const std::string trusted = where.cache + "/layers";
  std::string own = domain_folder(where.cache, where.domain) + "/layers";
  const status made = make_folder(own);
  if (made && access(own.c_str(), W_OK) == 0) return {own, own == trusted ? std::string() : trusted};
  say("layers are not kept in the cache: " + (made ? "it cannot be written" : made.error().what));
  return {where.of_domain() + "/layers", trusted};
}

outcome build_image_step(const task& work,
                         const surroundings& around,
                         const layer_cache& layers,
                         unsigned threads,
                         const cancellation& cancelled) {
  outcome end;
  const auto failed = [&](error why) {
    why.subject = work.step->id;
    end.failure = std::move(why);
    return end;
  };
  if (status clear = engine_image_step::clear_own_names(work.folder); !clear) return failed(clear.error());
  if (status plain = engine_image_step::give_base_plain_modes(work); !plain) return failed(plain.error());
  result<image_recipe> recipe = recipe_for(*work.step->declared_image(), work.folder, around);
  if (!recipe) return failed(recipe.error());
  const result<built_image> built =
      build_image(*recipe, work.folder + "/layout", layers, threads, &cancelled);
  if (!built) return failed(built.error());
  end.how = step_outcome::ran;
  end.result.artifact = oci_text(built->manifest);
  end.summary = engine_image_step::summary_of(*built);
  return end;
}

}  // namespace cicd
