// The declaration and the inputs of the steps that lead to a pipeline's images.
#pragma once

#include <map>

#include <fmt/format.h>

#include <cicd/declare/made_names.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/deliver/release/bundle.hpp>
#include <cicd/engine/image_bases.hpp>
#include <cicd/engine/image_inputs.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

namespace engine_image_inputs {
namespace {

std::vector<step_index> steps_to_images(const step_graph& graph, const declared_pipeline& pipeline) {
  std::vector<step_index> images;
  for (step_index at = 0; at < graph.steps.size(); ++at)
    if (graph.steps[at].kind() == step_kind::image && graph.steps[at].pipeline == &pipeline)
      images.push_back(at);
  return closure(graph, images);
}

/// The call that declares each step, by the step's name.
std::map<std::string, std::string> calls_by_step(const declared_pipeline& pipeline,
                                                 const std::string& build_root) {
  const machine_paths paths = paths_of(pipeline, build_root);
  std::map<std::string, std::string> by_step;
  for (const call& each : calls_of(pipeline.declared, {})) {
    const bool is_image = each.where.function == "pipeline_image";
    const bool is_zip = each.where.function == "pipeline_function";
    const bool is_files = each.where.function == "pipeline_files";
    if (!is_image && !is_zip && !is_files && each.where.function != "pipeline_step") continue;
    std::string text = each.where.function;
    for (const std::string& word : each.arguments)
      text += fmt::format("\n{}", compact(json(without_paths(word, paths))));
    const std::string& name = each.arguments[1];
    const std::string step = is_zip     ? zip_step_name(name)
                             : is_files ? files_step_name(name)
                             : is_image ? image_step_name(name)
                                        : name;
    by_step[step] = std::move(text);
  }
  return by_step;
}

/// What a step sees of the repository is another thing with each commit.
bool sees_commit(const graph_step& step) {
  return step.command() != nullptr && (step.command()->git || !step.command()->git_where.empty());
}

}  // namespace
}  // namespace engine_image_inputs

result<digest> image_inputs_of(const session& of,
                               const step_graph& graph,
                               const declared_pipeline& pipeline,
                               shared_index& index) {
  using namespace engine_image_inputs;
  std::map<const declared_pipeline*, std::map<std::string, std::string>> calls;
  sha256_stream over;
  base_locks locks(of);
  for (const step_index at : steps_to_images(graph, pipeline)) {
    const graph_step& step = graph.steps[at];
    const auto [known, added] = calls.try_emplace(step.pipeline);
    if (added) known->second = calls_by_step(*step.pipeline, of.where.build_root);
    const file_query query = inputs_query(of, step);
    const bool takes_none = query.patterns.empty() && step.kind() == step_kind::image;
    const result<file_set> files = takes_none ? file_set{} : index.look(query);
    if (!files) {
      error why = files.error();
      why.subject = step.id;
      return why;
    }
    const std::string commit =
        sees_commit(step) ? git_state_of(step.pipeline->source_directory, of.around).commit.value_or("")
                          : std::string();
    if (step.declared_image() != nullptr) {
      const result<std::vector<observed_base>> bases = locks.bases_of(step);
      if (!bases) return bases.error();
      for (const observed_base& base : *bases) over.update(base.locked + "\n");
    }
    over.update(fmt::format("{}\n{}\n{}\n{}\n\n", step.id, known->second[step.name()], hex(digest_of(*files)),
                            commit));
  }
  return over.finish();
}

result<build_materials> image_materials_of(const session& of,
                                           const step_graph& graph,
                                           const declared_pipeline& pipeline,
                                           shared_index& index,
                                           const journal& last) {
  result<digest> inputs = image_inputs_of(of, graph, pipeline, index);
  if (!inputs) return std::move(inputs).error();
  build_materials made{.steps = {}, .bases = {}, .inputs = *inputs};
  base_locks locks(of);
  for (const step_index at : engine_image_inputs::steps_to_images(graph, pipeline)) {
    const graph_step& step = graph.steps[at];
    if (const auto success = last.last(step.id)) made.steps.emplace_back(step.id, hex(success->key));
    if (step.declared_image() == nullptr) continue;
    const result<std::vector<observed_base>> bases = locks.bases_of(step);
    if (!bases) return bases.error();
    for (const observed_base& each : *bases) made.bases.emplace_back(each.reference, each.pinned);
  }
  return made;
}

}  // namespace cicd
