// A function of something else than a step_context.
// expects: a_step_runs_a_function_of_step_context_without_captures_what_it_needs_goes_into_values
#include <cicd/pipeline.hpp>

int checked_level(int level) {
  return level;
}

cicd::step declared() {
  return {.name = "contract", .run = checked_level};
}
