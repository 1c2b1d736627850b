// Port 0.
// expects: a port is a whole number from 1 to 65535
#include <cicd/declare/pipeline.hpp>

constexpr cicd::port_number port = 0;
