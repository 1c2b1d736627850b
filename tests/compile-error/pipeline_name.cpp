// A name with a capital letter and an underscore.
// expects: a_name_has_1_to_63_lower_case_letters_digits_and_dashes
#include <cicd/declare/pipeline.hpp>

constexpr cicd::pipeline declared{.name = "Orders_API"};
