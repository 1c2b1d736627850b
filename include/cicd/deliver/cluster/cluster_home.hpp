// The state of an environment in one of its clusters, as the port `environment_home`.
#pragma once

#include <memory>

#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/policy/environment_home.hpp>

namespace cicd {

/// `with` is an open connection, and `reopen` opens another: none is kept while a rollback waits.
std::unique_ptr<environment_home> cluster_home(std::unique_ptr<kubernetes::cluster> with,
                                               cluster_place place,
                                               open_cluster reopen);

}  // namespace cicd
