// A pattern that leads out of the source folder.
// expects: relative_path_rule
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return {.name = "lint", .inputs = {"../other/**"}}; }
