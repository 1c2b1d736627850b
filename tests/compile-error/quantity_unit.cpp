// Memory in a unit that Kubernetes does not know.
// expects: quantity_rule
#include <cicd/declare/pipeline.hpp>

constexpr cicd::quantity memory = "1GB";
