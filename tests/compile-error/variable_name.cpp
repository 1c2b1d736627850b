// A variable with a dash.
// expects: an environment variable's name has letters
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return {.name = "lint", .env = {{.name = "MAVEN-OPTS", .value = "x"}}}; }
