// A text that is empty.
// expects: text_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::text command = "";
