// A branch with a space.
// expects: a_ref_pattern_is_a_branch_or_tag_name_perhaps_with_a_star
#include <cicd/declare/pipeline.hpp>

constexpr cicd::ref_pattern branch = "a b";
