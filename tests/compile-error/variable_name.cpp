// A variable with a dash.
// expects: variable_rule
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return {.name = "lint", .env = {{.name = "MAVEN-OPTS", .value = "x"}}}; }
