// A length of time in words.
// expects: a duration is a whole number with ms, s, m, h or d
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return {.name = "lint", .timeout = "soon"}; }
