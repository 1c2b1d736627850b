// Port 0.
// expects: port_number::refuse
#include <cicd/declare/pipeline.hpp>

constexpr cicd::port_number port = 0;
