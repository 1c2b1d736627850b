// A negative number of pods.
// expects: replicas_are_a_number_from_0_to_1000_or_a_range_such_as_4_dot_dot_20
#include <cicd/declare/pipeline.hpp>

constexpr cicd::replica_range replicas = -1;
