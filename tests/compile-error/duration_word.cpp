// A length of time in words.
// expects: a_duration_is_a_whole_number_with_ms_s_m_h_or_d
#include <cicd/declare/pipeline.hpp>

cicd::step declared() { return {.name = "lint", .timeout = "soon"}; }
