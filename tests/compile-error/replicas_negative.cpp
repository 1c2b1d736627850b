// A negative number of pods.
// expects: replica_range::refuse
#include <cicd/declare/pipeline.hpp>

constexpr cicd::replica_range replicas = -1;
