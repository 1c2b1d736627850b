// Memory in a unit that Kubernetes does not know.
// expects: a quantity is a number with a unit
#include <cicd/declare/pipeline.hpp>

constexpr cicd::quantity memory = "1GB";
