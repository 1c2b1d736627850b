// A branch with a space.
// expects: a ref pattern is a branch or tag name
#include <cicd/declare/pipeline.hpp>

constexpr cicd::ref_pattern branch = "a b";
