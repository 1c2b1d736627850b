// From a checked draft to what the rest of cicd works on: values without places, and where each came from by
// its path.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/finish.hpp>
#include <cicd/declare/check/parts.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/shards.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace cicd::declaring {
namespace {

template <typename T>
void note_origins(const declaration<T>& of, const std::string& prefix, declared_pipeline& made) {
  const auto& options = options_of<T>();
  for (std::size_t at = 0; at < options.size(); ++at)
    if (of.given[at] && options[at].key != "name")
      made.origins.emplace(prefix + std::string(options[at].key), of.given[at].site->from->where);
}

/// Placeholders of an environment stand for names that are known here.
void fill_in_names(environment& of, const dns_label& pipeline) {
  const placeholder_values values{{"pipeline", pipeline.str()}, {"environment", of.name.str()}};
  of.repository = text::from(with_placeholders(of.repository.view(), values));
  of.path = relative_path::from(with_placeholders(of.path.view(), values));
  for (text& each : of.context) each = text::from(with_placeholders(each.view(), values));
  of.kubeconfig = text::from(with_placeholders(of.kubeconfig.view(), values));
}

/// Those of a preview's folder likewise.
void fill_in_names(preview& of, const dns_label& pipeline) {
  const placeholder_values values{{"pipeline", pipeline.str()}, {"environment", of.in.str()}};
  of.repository = text::from(with_placeholders(of.repository.view(), values));
  of.path = relative_path::from(with_placeholders(of.path.view(), values));
}

template <typename T>
void move_part(declaration<T>& from, std::vector<T>& to, declared_pipeline& made) {
  const std::string prefix = fmt::format("{}.{}", kind<T>.name, from.name);
  made.origins.emplace(prefix, from.site->from->where);
  note_origins(from, prefix + ".", made);
  to.push_back(std::move(from.value));
}

template <typename T>
void move_override(declaration<T>& from, std::vector<T>& to, declared_pipeline& made) {
  const auto& options = options_of<T>();
  for (const dns_label& environment : from.value.in)
    for (std::size_t at = 1; at < options.size(); ++at)
      if (from.given[at] && options[at].key != "in")
        made.origins.emplace(
            fmt::format("{}.{}.{}@{}", kind<T>.name, from.name, options[at].key, environment.view()),
            from.given[at].site->from->where);
  to.push_back(std::move(from.value));
}

template <typename T>
void move_parts(named_list<T>& from, std::vector<T>& to, declared_pipeline& made) {
  for (auto& each : from.items()) move_part(each, to, made);
}

/// Each with its values IN environments right behind it.
template <typename T>
void move_parts(workloads<T>& from, std::vector<T>& to, declared_pipeline& made) {
  for (auto& each : from.items()) {
    move_part(each, to, made);
    for (auto& over : from.overrides)
      if (over.name == each.name) move_override(over, to, made);
  }
}

/// Each environment gets its parts, which have what counts for it, and where that was declared.
void gather_parts(declared_pipeline& made) {
  std::vector<environment>& all = made.declared.environments;
  for (environment& whole : all)
    for (const environment& part : all) {
      if (part.of != whole.name) continue;
      take_over_from_whole(whole.parts.emplace_back(part), whole);
      for (const option& each : options_of<environment>())
        if (const auto from =
                made.origins.find(fmt::format("environment.{}.{}", whole.name.view(), each.key));
            is_of_whole(each.key) && from != made.origins.end())
          made.origins.emplace(fmt::format("environment.{}.{}", part.name.view(), each.key), from->second);
    }
  std::erase_if(all, [](const environment& each) { return static_cast<bool>(each.of); });
}

/// The values are those of all calls of pipeline_label(); each is named by the first.
void note_labels(const draft& of, declared_pipeline& made) {
  if (!of.label_calls.empty()) made.origins.emplace("labels", of.label_calls.front()->from->where);
}

/// That of add_pipeline() first.
void note_files(const declaration<pipeline>& own, declared_pipeline& made) {
  const auto add = [&](const std::string& file) {
    if (!file.ends_with("/template.json")
        && std::find(made.declared_in.begin(), made.declared_in.end(), file) == made.declared_in.end())
      made.declared_in.push_back(file);
  };
  add(own.site->from->where.list_file);
  for (const auto& [path, from] : made.origins) add(from.list_file);
}

/// Each shard is declared where its step is.
void expand_shards(declared_pipeline& in) {
  std::vector<step> all;
  for (const step& each : in.declared.steps)
    for (step& one : with_shards(each)) {
      if (one.shard != 0)
        if (const auto from = in.origins.find("step." + each.name.str()); from != in.origins.end())
          in.origins.emplace("step." + one.name.str(), from->second);
      all.push_back(std::move(one));
    }
  in.declared.steps = std::move(all);
}

step_stage stage_named(std::string_view name) {
  if (name == "build") return step_stage::build;
  if (name == "test") return step_stage::test;
  return name == "scan" ? step_stage::scan : step_stage::none;
}

void add_base_after(const draft& of, declaration<image>& to, findings& found) {
  const std::vector<step_reference>& further = of.own.value.base_after;
  for (std::size_t at = 0; at < further.size(); ++at) {
    const std::string_view name = further[at].view();
    if (name.find('/') == name.npos && !of.all<step>().find(name)) {
      found.add(word_at(of.own, "base_after", at),
                unknown_reference("BASE_AFTER", "step", name, of.all<step>().names()));
      continue;
    }
    if (std::find(to.value.after.begin(), to.value.after.end(), further[at]) == to.value.after.end())
      to.value.after.push_back(further[at]);
  }
}

}  // namespace

void finish_stages(draft& of) {
  for (declaration<step>& each : of.all<step>().items()) {
    if (!each.at("stage")) each.value.stage = stage_named(each.name);
    // A newer database may find more in the same sources.
    if (each.value.database_age) each.value.always = true;
  }
}

void finish_images(draft& of, findings& found) {
  declaration<image>* made = of.own.at("template") ? of.all<image>().find("image") : nullptr;
  if (!made) return;
  const auto hand_on = [&](std::string_view key, auto& to, const auto& from) {
    const place own = of.own.at(key), known = made->at(key);
    if (!own || (known && known.site->order != of.own.site->order)) return;
    to = from;
    made->give(key, own);
  };
  hand_on("jar", made->value.jar, of.own.value.jar);
  hand_on("base", made->value.base, of.own.value.base);
  add_base_after(of, *made, found);
}

std::string source_directory_of(const declaration<pipeline>& own) {
  const std::filesystem::path folder =
      std::filesystem::path(own.site->from->directory) / own.value.directory.view();
  std::string text = folder.lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

declared_pipeline handed_over(draft& of) {
  declared_pipeline made;
  made.declared = of.own.value;
  made.source_directory = source_directory_of(of.own);
  note_origins(of.own, "", made);
  note_labels(of, made);
  for (auto& each : of.all<environment>().items()) fill_in_names(each.value, made.declared.name);
  for (auto& each : of.all<preview>().items()) fill_in_names(each.value, made.declared.name);
  each_kind([&]<typename T>() { move_parts(of.all<T>(), made.declared.*kind<T>.list, made); });
  gather_parts(made);
  for (const auto& [name, site] : of.replaced_notifiers)
    made.origins.emplace(fmt::format("notifier.{}.instead_of", name), site->from->where);
  made.departures = of.departures;
  note_files(of.own, made);
  expand_shards(made);
  return made;
}

}  // namespace cicd::declaring
