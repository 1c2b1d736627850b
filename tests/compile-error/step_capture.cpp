// A step's function is called in another process: it captures nothing, and the message says where data goes.
// expects: a_step_runs_a_function_of_step_context_without_captures_what_it_needs_goes_into_values
#include <cicd/pipeline.hpp>

cicd::step declared(int level) {
  return {.name = "contract", .run = [level](cicd::step_context& step) { step.log(std::to_string(level)); }};
}
