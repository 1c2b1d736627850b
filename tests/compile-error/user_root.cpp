// The user root.
// expects: a user is a number from 1 to 4294967294
#include <cicd/declare/pipeline.hpp>

constexpr cicd::user_id user = 0u;
