// A name that is empty.
// expects: a_name_has_1_to_63_lower_case_letters_digits_and_dashes
#include <cicd/declare/pipeline.hpp>

constexpr cicd::dns_label name = "";
