// What is asked of the files of a step: its inputs, and what it made. Which patterns those are, no more.
#pragma once

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/declare/shards.hpp>
#include <cicd/engine/image_bases.hpp>
#include <cicd/engine/named_inputs.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/observe/maven_modules.hpp>
#include <cicd/observe/named_paths.hpp>
#include <cicd/run/decorators.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

std::string layout_path_of(std::string base) {
  if (base.starts_with("rootfs:")) return base.substr(7);
  if (!base.starts_with("oci:")) return {};
  base = base.substr(4);
  const auto tag = base.rfind(':');
  return tag == std::string::npos ? base : base.substr(0, tag);
}

std::vector<std::string> files_named_in(const std::string& word) {
  std::vector<std::string> files;
  const auto is_file = [](const std::string& path) { return exists(path) && !is_folder(path); };
  if (word.starts_with('/') && is_file(word)) return {word};
  constexpr std::string_view ends = " \t\n;|&<>()='\"`,";
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t end = std::min(word.find_first_of(ends, at), word.size());
    const std::string piece = word.substr(at, end - at);
    if (const auto slash = piece.find('/'); slash != std::string::npos && is_file(piece.substr(slash)))
      files.push_back(piece.substr(slash));
    at = end + 1;
  }
  return files;
}

std::string module_of(const step& of) {
  std::string module = normal_path(of.maven_module.view());
  while (module.ends_with('/')) module.pop_back();
  return module;
}

void add_module_folders(const graph_step& of,
                        const std::string& folder,
                        std::map<std::string, std::string>& to) {
  const std::string& source = of.pipeline->source_directory;
  if (of.command() == nullptr || !of.command()->has_maven_module()) return;
  for (const std::string& module : observing::inputs_of_module(source, ".").all)
    to[folder + "/" + module] = source + "/" + module;
}

std::string folder_of(const session& of, const graph_step& step) {
  if (step.runs_in_source()) return step.pipeline->source_directory;
  return of.where.work(step.id);
}

namespace engine_observer {

/// An image takes the files that it names from the source folder where they are there, beside the outputs of
/// the steps before it.
std::vector<std::string> image_patterns(const image& declared_image) {
  std::vector<std::string> named;
  for (const std::string& platform : platforms_of(declared_image)) {
    const placeholder_values values = values_of_platform(platform);
    for (const file_mapping& file : declared_image.files)
      named.push_back(with_placeholders(file.from.view(), values));
    if (const std::string base = layout_path_of(with_placeholders(declared_image.base.view(), values));
        !base.empty() && !base.starts_with('/'))
      named.push_back(base);
  }
  if (declared_image.jar) named.push_back(declared_image.jar.str());
  std::vector<std::string> patterns;
  for (const std::string& name : named) {
    patterns.push_back(name);
    patterns.push_back(name + "/**");
  }
  return patterns;
}

/// The context of a Dockerfile, less what its `.dockerignore` leaves out; of git's own folder and of build
/// trees nothing, and no lock: what that says of the bases is part of the key.
void ask_for_context(const image& declared, file_query& query) {
  const dockerfile_place place = dockerfile_place_of(declared, query.root);
  query.patterns = {place.context.empty() ? "**" : pattern_for(place.context) + "/**",
                    pattern_for(place.path)};
  query.exclude = {place.context.empty() ? base_lock_name
                                         : pattern_for(place.context) + "/" + base_lock_name};
  std::vector<std::string> kept{place.path};
  if (place.ignore_path) {
    kept.push_back(*place.ignore_path);
    query.patterns.push_back(pattern_for(*place.ignore_path));
    query.context = context_rules{place.ignore_text, place.context, std::move(kept)};
  }
}

std::vector<std::string> zip_patterns(const zip_function& of) {
  std::vector<std::string> patterns{of.zip.str(), of.zip.str() + "/**"};
  if (of.config) patterns.push_back(of.config.str());
  return patterns;
}

}  // namespace engine_observer

file_query inputs_query(const session& of, const graph_step& step) {
  file_query query{step.pipeline->source_directory, {}, {}, {of.where.build_root}, false, true};
  if (step.command() != nullptr && joins_shards(*step.command())) {
    query.optional = {".cicd/none"};  // it reads what its shards made, and no file
    query.may_be_empty = true;
    return query;
  }
  if (step.kind() == step_kind::image) {
    if (step.declared_image() != nullptr && step.declared_image()->dockerfile)
      engine_observer::ask_for_context(*step.declared_image(), query);
    else if (step.declared_image() != nullptr)
      query.patterns = engine_observer::image_patterns(*step.declared_image());
    else if (step.declared_function() != nullptr)
      query.patterns = engine_observer::zip_patterns(*step.declared_function());
    else
      add_patterns(step.declared_files()->files, query);
    query.may_be_empty = true;
    return query;
  }
  for (const path_pattern& pattern : step.command()->inputs) query.patterns.push_back(pattern.str());
  for (const relative_path& file : step.command()->inputs_named_in) query.patterns.push_back(file.str());
  for (const path_pattern& pattern : step.command()->exclude) query.exclude.push_back(pattern.str());
  if (const relative_path& baseline = step.pipeline->declared.baseline)
    query.exclude.push_back(pattern_for(baseline.str()));
  for (const path_pattern& pattern : step.command()->optional_inputs) query.optional.push_back(pattern.str());
  if (step.command()->has_maven_module()) {
    observing::module_inputs all = observing::inputs_of_module(query.root, module_of(*step.command()));
    query.optional.insert(query.optional.end(), all.patterns.begin(), all.patterns.end());
    query.exclude.insert(query.exclude.end(), all.exclude.begin(), all.exclude.end());
    std::erase_if(query.patterns, [](const std::string& each) { return each == "pom.xml"; });
    return query;
  }
  for (std::string& pattern : named_inputs(*step.command(), query.root))
    query.optional.push_back(std::move(pattern));
  return query;
}

file_query outputs_query(const session& of, const graph_step& step) {
  return outputs_in(folder_of(of, step), step);
}

}  // namespace cicd
