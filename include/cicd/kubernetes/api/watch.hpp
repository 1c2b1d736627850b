// One watch of an API server: a list, then every change without a gap, whatever happens to the connection.
// It knows the protocol of lists and watches; not what the objects are.
#pragma once

#include <cicd/kubernetes/api/api_error.hpp>

namespace cicd::kubernetes {

/// Watches below `path` (with its selectors as a query, or none). Runs while `with` is driven, until the
/// handle goes.
std::shared_ptr<void> start_watch(http_client& with,
                                  std::string path,
                                  std::string query,
                                  cluster::watch_request what);

}  // namespace cicd::kubernetes
