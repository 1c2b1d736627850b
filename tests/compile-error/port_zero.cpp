// Port 0.
// expects: a_port_is_a_whole_number_from_1_to_65535
#include <cicd/declare/pipeline.hpp>

constexpr cicd::port_number port = 0;
