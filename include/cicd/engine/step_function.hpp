// A step that runs a function of a C++ file: the words of its process, and the program that they start. It
// does not know how the program was made, nor how a process is run.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/observe/tools.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// What stands for the program's path in the words: two build trees share results.
inline constexpr const char* program_placeholder = "program";

/// As AFTER of a step names an image.
std::string word_of_image(const graph_step& image, const graph_step& in);

/// The words of the process; `{program}` and what is known of images when they are made are not replaced yet.
std::vector<std::string> words_of_function(const graph_step& of, const step_graph& graph);

/// The program, absolute.
std::string program_of_function(const session& in, const step& of);

/// The program as a tool: its name is that of the C++ file, its identity its bytes. Class `usage` where it is
/// not there, or not the one that declared the step.
result<tool_identity> tool_of_function(const session& in, const step& of, shared_index& index);

}  // namespace cicd
