// A label in capitals.
// expects: a_label_key_has_lower_case_letters_digits_dots_dashes_underscores_and_slashes
#include <cicd/declare/pipeline.hpp>

constexpr cicd::label_key key = "Title";
