// The user root.
// expects: user_id::refuse
#include <cicd/declare/pipeline.hpp>

constexpr cicd::user_id user = 0u;
