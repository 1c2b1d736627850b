// A branch with a space.
// expects: ref_pattern_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::ref_pattern branch = "a b";
