// More retries than make sense.
// expects: retry_count::refuse
#include <cicd/declare/pipeline.hpp>

constexpr cicd::retry_count retries = 21;
