// A flag that is given a text.
// expects: bool|in_source
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return cicd::step{.name = "lint", .in_source = nullptr}; }
