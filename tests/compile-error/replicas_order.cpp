// A range whose ends are swapped.
// expects: replicas are a number from 0 to 1000
#include <cicd/declare/pipeline.hpp>

constexpr cicd::replica_range replicas = "20..4";
