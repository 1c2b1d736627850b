// A range whose ends are swapped.
// expects: replica_range::refuse
#include <cicd/declare/pipeline.hpp>

constexpr cicd::replica_range replicas = "20..4";
