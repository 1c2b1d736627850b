// More retries than make sense.
// expects: a_number_of_retries_is_from_0_to_20
#include <cicd/declare/pipeline.hpp>

constexpr cicd::retry_count retries = 21;
