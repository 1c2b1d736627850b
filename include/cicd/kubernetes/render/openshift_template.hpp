// An OpenShift Template → its objects, as `oc process` makes them, but for values that would be generated
// anew each time. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

/// Whether a document is a Template of any version of template.openshift.io.
bool is_openshift_template(const json& document);

/// Its parameters' names.
std::vector<std::string> parameters_in(const json& document);

/// The objects, `${NAME}` replaced by the value and a whole `"${{NAME}}"` by the value as JSON, with the
/// labels of the template. `values` over those that parameters have. Class `usage` for one that is required
/// and has none, or that is to be generated; `file` is named in the error.
result<std::vector<json>> objects_of_template(const json& document,
                                              const std::map<std::string, std::string>& values,
                                              const std::string& file);

}  // namespace cicd::kubernetes
