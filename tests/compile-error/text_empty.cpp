// A text that is empty.
// expects: a_text_here_is_not_empty
#include <cicd/declare/pipeline.hpp>

constexpr cicd::text command = "";
