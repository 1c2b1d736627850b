// A label in capitals.
// expects: label_key_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::label_key key = "Title";
