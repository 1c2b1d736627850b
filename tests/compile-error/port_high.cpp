// A port above 65535.
// expects: port_number::refuse
#include <cicd/declare/pipeline.hpp>

cicd::service declared() { return {.name = "api", .port = 65536}; }
