// Fields as an API server names them in its answers, looked up in an object. Pure. It does not know why the
// server named one.
#pragma once

#include <string_view>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

/// The value at `.spec.ports[port=80,protocol="TCP"].name`, `.metadata.labels.app.kubernetes.io/name` or
/// `.metadata.finalizers[="x"]`; null where there is none, or where the text is no such path.
const json& value_at(const json& object, std::string_view field);

}  // namespace cicd::kubernetes
