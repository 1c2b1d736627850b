// A text that is empty.
// expects: a text here is not empty
#include <cicd/declare/pipeline.hpp>

constexpr cicd::text command = "";
