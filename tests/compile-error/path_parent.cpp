// A pattern that leads out of the source folder.
// expects: a_path_here_is_relative_and_stays_within_its_folder
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return {.name = "lint", .inputs = {"../other/**"}}; }
