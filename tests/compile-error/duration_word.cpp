// A length of time in words.
// expects: duration::refuse
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return {.name = "lint", .timeout = "soon"}; }
