// More retries than make sense.
// expects: a number of retries is from 0 to 20
#include <cicd/declare/pipeline.hpp>

constexpr cicd::retry_count retries = 21;
