// A label in capitals.
// expects: a label's key has lower-case letters
#include <cicd/declare/pipeline.hpp>

constexpr cicd::label_key key = "Title";
