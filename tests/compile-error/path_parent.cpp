// A pattern that leads out of the source folder.
// expects: a path here is relative and stays within its folder
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return {.name = "lint", .inputs = {"../other/**"}}; }
