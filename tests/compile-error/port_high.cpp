// A port above 65535.
// expects: a port is a whole number from 1 to 65535
#include <cicd/declare/pipeline.hpp>

cicd::service declared() { return {.name = "api", .port = 65536}; }
