// An image step: what was declared becomes a recipe, its layers are built, or taken where they were built
// before.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/engine/dockerfile_build.hpp>
#include <cicd/engine/image_bases.hpp>
#include <cicd/engine/image_step.hpp>
#include <cicd/image/java_application.hpp>
#include <cicd/image/staging.hpp>
#include <cicd/report/scan/sarif.hpp>
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

result<layer_recipe> files_layer(const image& declared,
                                 const std::string& folder,
                                 const placeholder_values& values) {
  layer_recipe layer{.name = declared.jar ? "files" : "application", .entries = {}, .keep_modes = false};
  for (const file_mapping& file : declared.files) {
    result<std::string> from = place_of(folder, with_placeholders(file.from.view(), values));
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

status give_plain_modes_of_base(const task& work, const std::string& base) {
  if (!base.starts_with("rootfs:") || base.substr(7, 1) == "/") return {};
  const auto folder = real_path(work.folder), root = real_path(work.folder + "/" + base.substr(7));
  const bool is_here = folder && root && path_below(*root, *folder) != *root && is_folder(*root);
  return is_here ? give_plain_modes(*root) : status{};
}

status give_base_plain_modes(const task& work) {
  const image& declared = *work.step->declared_image();
  for (const std::string& platform : platforms_of(declared))
    if (status given = give_plain_modes_of_base(
            work, with_placeholders(declared.base.view(), values_of_platform(platform)));
        !given)
      return given;
  return {};
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
                                const surroundings& around,
                                std::string_view platform) {
  image_recipe recipe;
  const placeholder_values values = values_of_platform(platform);
  recipe.base = declared.base ? with_placeholders(declared.base.view(), values) : "scratch";
  if (!platform.empty()) {
    const std::vector<std::string> parts = split(platform, '/');
    recipe.architecture = parts[1];
    if (parts.size() > 2) recipe.variant = parts[2];
  }
  recipe.directory = folder;
  recipe.environment = around.all();
  if (declared.jar)
    if (status added = engine_image_step::add_jar(declared, folder, around, recipe); !added)
      return std::move(added).error();
  if (!declared.files.empty()) {
    result<layer_recipe> files = engine_image_step::files_layer(declared, folder, values);
    if (!files) return std::move(files).error();
    recipe.layers.push_back(*std::move(files));
  }
  if (!declared.entrypoint.empty()) recipe.entrypoint = engine_image_step::words_of(declared.entrypoint);
  recipe.arguments = engine_image_step::words_of(declared.arguments);
  for (const assignment& variable : declared.env)
    recipe.env.emplace_back(variable.name.str(), variable.value);
  for (const label& one : declared.labels) recipe.labels[one.key.str()] = one.value;
  if (declared.user) recipe.user = declared.user.number();
  recipe.is_user_given = declared.user || declared.dockerfile;
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

namespace engine_image_step {

/// What the sources name by a tag is taken by the digest that was locked.
void take_locked(const observed_step& seen, std::string_view platform, image_recipe& recipe) {
  for (const observed_base& base : seen.bases)
    if (base.reference == recipe.base && base.platform == platform && !base.locked.empty()) {
      recipe.locked = locked_tag{base.reference, *digest_from(base.locked)};
      recipe.base = base.pinned;
    }
}

/// The findings that fail the step, by the severity of FAIL_ON: a `warning` is medium, a `note` low.
std::vector<scan_finding> failing(const std::vector<scan_finding>& all, std::string_view fail_on) {
  std::vector<scan_finding> made;
  for (const scan_finding& each : all)
    if (fail_on == "low" || (fail_on == "medium" && each.level == "warning")) made.push_back(each);
  return made;
}

/// The context is a folder of the step's own: a builder would follow a link to any other.
status check_context(const task& work) {
  const image& declared = *work.step->declared_image();
  const std::string context = dockerfile_place_of(declared, work.source).context;
  const auto folder = real_path(work.folder);
  const auto there = real_path(work.folder + "/" + context);
  if (context.empty() || (folder && there == *folder + "/" + context && is_folder(*there))) return {};
  return with_origin(
      error{exit_class::usage, {}, "the context is not a folder", context, {}}.with(
          "allowed", "a folder with a file in it, below the source folder, that no link leads to"),
      *work.step->pipeline, fmt::format("image.{}.context", declared.name.view()));
}

/// What a Dockerfile says, by a builder, as the base of an image without further layers.
class dockerfile_step {
 public:
  dockerfile_step(const task& work, const image_making& how)
      : work_(work), how_(how), declared_(*work.step->declared_image()) {}

  /// `end` gets the log and what is said of the build.
  result<built_image> made(outcome& end) {
    const result<dockerfile_sources> sources = sources_of_image(*work_.step);
    if (!sources) return sources.error();
    const auto failing_ones = failing(sources->findings, work_.step->pipeline->declared.fail_on.view());
    if (!failing_ones.empty())
      return error{exit_class::step_failed, {}, counted(failing_ones.size(), "finding"), {}, {}}.with(
          "findings", findings_text(failing_ones));
    if (!sources->findings.empty())
      how_.say(counted(sources->findings.size(), "finding") + ":\n" + findings_text(sources->findings));
    if (status plain = give_plain_modes(work_.folder); !plain) return plain.error();
    if (status there = check_context(work_); !there) return there.error();
    const std::string place = how_.layers.folder + "/unfinished";
    unfinished::sweep(place);
    auto scratch = unfinished::make(place, entry_kind::folder);
    if (!scratch) return std::move(scratch).error();
    const auto log = [&](const std::string& text) {
      end.printed = !text.empty()
                    && static_cast<bool>(write_file(work_.log, how_.masked(text), durability::fast, 0600));
    };
    const auto built =
        build_dockerfile(work_, *sources, scratch->path(), how_.around, how_.layers, log, how_.cancelled);
    if (!built) return masked(built.error());
    by_ = built->by;
    findings_ = sources->findings;
    return laid(scratch->path() + "/out");
  }

  /// What is said of it beside its layers.
  std::string words() const {
    return ", by " + by_ + (findings_.empty() ? std::string() : ", " + counted(findings_.size(), "finding"));
  }

 private:
  error masked(error of) const {
    for (note& each : of.notes) each.text = how_.masked(each.text);
    return of;
  }

  result<built_image> laid(const std::string& layout) const {
    result<image_recipe> recipe = recipe_for(declared_, work_.folder, how_.around);
    if (!recipe) return std::move(recipe).error();
    recipe->base = "oci:" + layout + ":image";
    if (!declared_.user) {
      const auto user = user_of_built(layout, declared_.dockerfile.str());
      if (!user) return user.error();
      recipe->user = user->number;
      recipe->group = user->group;
    }
    // A folder of the context may have that name.
    if (status gone = remove_tree(work_.folder + "/layout"); !gone) return gone.error();
    return build_image(*recipe, work_.folder + "/layout", how_.layers, how_.threads, &how_.cancelled);
  }

  const task& work_;
  const image_making& how_;
  const image& declared_;
  std::string by_;
  std::vector<scan_finding> findings_;
};

/// One for each platform, whose programs are for it.
result<std::vector<image_recipe>> recipes_for(const task& work, const surroundings& around) {
  std::vector<image_recipe> all;
  const image& declared = *work.step->declared_image();
  for (const std::string& each : platforms_of(declared)) {
    result<image_recipe> recipe = recipe_for(declared, work.folder, around, each);
    if (!recipe) return std::move(recipe).error();
    if (!each.empty())
      if (status fits = check_programs(*recipe); !fits) return std::move(fits).error();
    take_locked(*work.seen, each, *recipe);
    all.push_back(*std::move(recipe));
  }
  return all;
}

/// What is missing for a platform should have come from one of these.
error of_steps_before(error why, const graph_step& step) {
  std::vector<std::string> before;
  for (const step_reference& each : step.declared_image()->after) before.push_back(each.str());
  if (before.empty()) before.emplace_back("build");
  const std::string place = why.value.value_or("");
  if (step.declared_image()->platforms.empty() || !place.starts_with("/") || exists(place)) return why;
  return std::move(why).with("steps before it", joined(before, ", "));
}

result<built_image> built_of_files(const task& work, const image_making& how) {
  if (status clear = clear_own_names(work.folder); !clear) return clear.error();
  if (status plain = give_base_plain_modes(work); !plain) return plain.error();
  const result<std::vector<image_recipe>> recipes = recipes_for(work, how.around);
  if (!recipes) return recipes.error();
  const std::string layout = work.folder + "/layout";
  result<built_image> built =
      recipes->size() == 1 ? build_image(recipes->front(), layout, how.layers, how.threads, &how.cancelled)
                           : build_image_index(*recipes, layout, how.layers, how.threads, &how.cancelled);
  if (!built) return of_steps_before(built.error(), *work.step);
  return built;
}

}  // namespace engine_image_step

outcome build_image_step(const task& work, const image_making& how) {
  outcome end;
  const bool is_of_dockerfile = static_cast<bool>(work.step->declared_image()->dockerfile);
  engine_image_step::dockerfile_step dockerfile(work, how);
  const result<built_image> built =
      is_of_dockerfile ? dockerfile.made(end) : engine_image_step::built_of_files(work, how);
  if (!built) {
    error why = built.error();
    why.subject = work.step->id;
    end.failure = std::move(why);
    return end;
  }
  end.how = step_outcome::ran;
  end.result.artifact = oci_text(built->manifest);
  end.summary = engine_image_step::summary_of(*built);
  if (is_of_dockerfile) end.summary += dockerfile.words();
  return end;
}

}  // namespace cicd
