// A variable with a dash.
// expects: an_environment_variable_name_has_letters_digits_and_underscores
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return {.name = "lint", .env = {{.name = "MAVEN-OPTS", .value = "x"}}}; }
