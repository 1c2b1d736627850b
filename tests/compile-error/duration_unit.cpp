// A length of time without a unit.
// expects: duration::refuse
#include <cicd/declare/pipeline.hpp>

constexpr cicd::duration limit = "15";
