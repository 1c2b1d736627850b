// Words as the program reads them (declare/typed_program), and its bytes against those that configure kept.
#pragma once

#include <cicd/engine/step_function.hpp>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/engine/typed_program.hpp>
#include <cicd/run/step_program.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_step_function {
namespace {

/// The C++ file, absolute.
std::string file_of(const session& in, const step& of) {
  const std::string file = of.run.str();
  return file.starts_with('/') ? file : in.model.tree.source_root + '/' + file;
}

}  // namespace
}  // namespace engine_step_function

std::string word_of_image(const graph_step& image, const graph_step& in) {
  return image.pipeline == in.pipeline ? image.name() : image.id;
}

std::vector<std::string> words_of_function(const graph_step& of, const step_graph& graph) {
  const std::string pipeline = of.pipeline->declared.name.str();
  std::vector<std::string> words{std::string("{") + program_placeholder + '}', std::string(step_word),
                                 pipeline, of.name()};
  const placeholder_values values{{"pipeline", pipeline}, {"source", "."}};
  for (const assignment& each : of.command()->values)
    words.insert(words.end(),
                 {std::string(value_word), each.name.str() + '=' + with_placeholders(each.value, values)});
  for (const step_index before : of.after) {
    if (graph.steps[before].kind() != step_kind::image) continue;
    const std::string word = word_of_image(graph.steps[before], of);
    words.insert(words.end(),
                 {std::string(image_word), word, '{' + word + ".layout}", '{' + word + ".digest}"});
  }
  return words;
}

std::string program_of_function(const session& in, const step& of) {
  return typed_program_file(in.where.own() + "/doors", engine_step_function::file_of(in, of));
}

result<tool_identity> tool_of_function(const session& in, const step& of, shared_index& index) {
  const std::string file = engine_step_function::file_of(in, of), program = program_of_function(in, of);
  const auto& all = in.model.tree.programs;
  const auto made = std::ranges::find(all, file, &configured_file::path);
  const result<observed_file> there = index.look_at(program);
  if (made != all.end() && there && there->content == made->content)
    return tool_identity{.name = of.run.str(), .path = program, .version = {}, .identity = made->content};
  return error{exit_class::usage,
               {},
               there ? "the program that runs the step's function is another than declared it"
                     : "the program that runs the step's function is not there",
               program,
               {}}
      .with("compiled from", file)
      .with("try", "cmake " + shell_quoted(in.where.build_root));
}

}  // namespace cicd
