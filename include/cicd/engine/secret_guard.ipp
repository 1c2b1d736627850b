// What is searched, and the words where something is found.
#pragma once

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/declare/backing.hpp>
#include <cicd/engine/secret_guard.hpp>
#include <cicd/image/secret_search.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_secret_guard {
namespace {

using search = std::function<result<std::optional<std::string>>(const secret_finder&)>;

/// Searches for all at once; only where something is found, for each, to name it.
status searched(const task& work, const secret_store& secrets, const std::string& where, const search& in) {
  const std::shared_ptr<const secret_finder> all = secrets.finder();
  if (all->empty()) return {};
  const result<std::optional<std::string>> place = in(*all);
  if (!place) return place.error();
  if (!*place) return {};
  std::vector<std::string> names;
  for (const auto& [name, finder] : secrets.by_name())
    if (const auto one = in(finder); one && *one) names.push_back(name);
  return error{exit_class::step_failed, work.step->id, "a secret stands in " + where, **place, {}}
      .with("secret", joined(names, ", "))
      .with("folder", work.folder)
      .with("try", "take it out of what the step writes; a service gets it at run time by SECRET_ENV");
}

result<std::optional<std::string>> place_in_files(const std::string& folder,
                                                  const file_set& files,
                                                  const secret_finder& by) {
  constexpr unsigned link_mode = 0120000;
  for (const observed_file& each : files) {
    const std::string path = folder + "/" + each.path;
    const bool is_link = each.mode == link_mode;
    // Not the path itself: it would show what stands in it.
    if (by.is_in(each.path) || (is_link && by.is_in(link_target(path).value_or(std::string()))))
      return std::optional<std::string>("a name in the folder");
    if (is_link) continue;
    result<std::optional<std::string>> place = secret_place_in(path, by);
    if (!place) return place;
    if (*place) return std::optional(place_in(each.path, **place));
  }
  return std::optional<std::string>();
}

/// All words that become part of the image's config.
std::string config_words(const image& of) {
  std::string words;
  for (const assignment& each : of.env) words += each.value + "\n";
  for (const assignment& each : of.args) words += each.value + "\n";
  for (const label& each : of.labels) words += each.value + "\n";
  for (const std::vector<text>* list : {&of.entrypoint, &of.arguments})
    for (const text& each : *list) words += each.str() + "\n";
  return words;
}

/// The names that a step's SECRETS have, and those of the services beside it.
std::vector<std::string> names_for(const graph_step& step) {
  std::vector<std::string> names;
  if (step.command() == nullptr) return names;
  const auto add = [&](const std::vector<secret_use>& uses) {
    for (const secret_use& use : uses) names.push_back(use.secret.str());
  };
  add(step.command()->secrets);
  for (const backing_service* each : services_for(step.pipeline->declared, step.command()->needs)) {
    add(each->secrets);
    if (const auto named = secret_named_in(each->url.view())) names.emplace_back(*named);
  }
  return names;
}

/// A step before this one that was up to date had no need of its secrets in this run, and may have put them
/// into what it made.
status fetch_before(const task& work, const secrets_before& from) {
  const auto own = from.graph.find(work.step->id);
  if (!own) return {};
  for (const step_index at : closure(from.graph, {*own})) {
    const graph_step& step = from.graph.steps[at];
    const std::vector<std::string> names = names_for(step);
    if (names.empty() || !from.gate.may_have_secrets(step)) continue;
    for (const secret& each : step.pipeline->declared.secrets) {
      if (std::ranges::find(names, each.name.view()) == names.end()) continue;
      const auto value = from.secrets.value_of(each, step.pipeline->source_directory, from.cancelled);
      if (!value && value.error().kind != exit_class::usage) return value.error();
    }
  }
  return {};
}

}  // namespace
}  // namespace engine_secret_guard

status check_outputs(const task& work, const cached_step& made, const secret_store& secrets) {
  using namespace engine_secret_guard;
  for (const auto& [files, where] : {std::pair{&made.outputs, "an output, which is not kept"},
                                     std::pair{&made.reports, "a report, which is not kept"}})
    if (status clean = searched(
            work, secrets, where,
            [&, of = files](const secret_finder& by) { return place_in_files(work.folder, *of, by); });
        !clean)
      return clean;
  for (const auto& [name, value] : made.result.values)
    if (status clean = searched(work, secrets, "a value of OUTPUT_VALUES, which is not kept",
                                [&, &of = name, &text = value](const secret_finder& by) {
                                  return result<std::optional<std::string>>(by.is_in(text) ? std::optional(of)
                                                                                           : std::nullopt);
                                });
        !clean)
      return clean;
  return {};
}

status check_image_content(const task& work, const secrets_before& from) {
  using namespace engine_secret_guard;
  (void)fetch_before(work, from);
  const image* declared = work.step->declared_image();
  const char* what = work.step->declared_function() != nullptr ? "the zip"
                     : declared == nullptr                     ? "the files"
                                                               : "the image";
  return searched(work, from.secrets, what, [&](const secret_finder& by) {
    if (declared != nullptr && by.is_in(config_words(*declared)))
      return result<std::optional<std::string>>(std::optional<std::string>("its ENV, LABELS or command"));
    return secret_place_below(work.folder, by, "layout");
  });
}

status check_published(const task& work, const workspace& where, const secrets_before& from) {
  using namespace engine_secret_guard;
  if (status known = fetch_before(work, from); !known) return known;
  const declared_pipeline& pipeline = *work.step->pipeline;
  for (const published_part& each : published_parts(pipeline)) {
    const std::string step = pipeline.declared.name.str() + "/" + each.step;
    status clean = searched(
        work, from.secrets, fmt::format("the {} of {}, which is not published", each.noun, step),
        [&](const secret_finder& by) { return secret_place_below(where.work(step) + "/layout", by); });
    if (!clean) return clean;
  }
  return {};
}

}  // namespace cicd
