// A port above 65535.
// expects: a_port_is_a_whole_number_from_1_to_65535
#include <cicd/declare/pipeline.hpp>

cicd::service declared() { return {.name = "api", .port = 65536}; }
