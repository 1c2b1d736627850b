// Memory in a unit that Kubernetes does not know.
// expects: a_quantity_is_a_number_with_a_unit_such_as_500m_or_1Gi
#include <cicd/declare/pipeline.hpp>

constexpr cicd::quantity memory = "1GB";
