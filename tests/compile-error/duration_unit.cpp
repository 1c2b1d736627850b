// A length of time without a unit.
// expects: a_duration_is_a_whole_number_with_ms_s_m_h_or_d
#include <cicd/declare/pipeline.hpp>

constexpr cicd::duration limit = "15";
