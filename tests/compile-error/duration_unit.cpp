// A length of time without a unit.
// expects: a duration is a whole number with ms, s, m, h or d
#include <cicd/declare/pipeline.hpp>

constexpr cicd::duration limit = "15";
