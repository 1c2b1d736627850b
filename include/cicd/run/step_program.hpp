// The process of a step that is a function: a C++ file's program, started with the names of that step.
// Standard library only: what it takes of the library lies in an archive beside the driver.
#pragma once

#include <string_view>
#include <vector>

#include <cicd/declare/pipeline.hpp>

namespace cicd {

/// The words of the process behind the program: `step`, the pipeline and the name, then `--value
/// <name>=<text>` and `--image <name> <layout> <digest>`, any number of each.
inline constexpr std::string_view step_word = "step", value_word = "--value", image_word = "--image";

/// Whether these are the words of such a process.
bool is_step(int count, char** words);

/// Calls `declare`, and the function of the step. The status is 0, or 1 where it throws; what the exception
/// says goes to standard error.
int run_step(int count, char** words, pipeline (*declare)());
int run_step(int count, char** words, std::vector<pipeline> (*declare)());

}  // namespace cicd
