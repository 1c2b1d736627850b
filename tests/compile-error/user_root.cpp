// The user root.
// expects: a_user_is_a_number_from_1_to_4294967294
#include <cicd/declare/pipeline.hpp>

constexpr cicd::user_id user = 0u;
