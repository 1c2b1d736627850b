// What an environment itself declares of what is deployed there, apart from when and by whom that may be: so
// that a change of it is known from a change of a gate. What the services are is the artifact's bundle's.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/declare/environments.hpp>
#include <cicd/deliver/records/record.hpp>

namespace cicd {

/// Whether an option of an environment, by its key, is of what is deployed there: `namespace`, not `soak`,
/// nor where it is (`repository`), since another place has records of its own.
bool is_of_configuration(std::string_view key);

/// Over the values of these options as they are declared: the same on each machine.
digest own_configuration_of(const environment& place);

/// Whether that was deployed with that configuration. One of before it was recorded is taken to be: a record
/// that is incomplete or lost deploys nothing.
bool has_configuration(const deployment_record& there, const digest& wanted);

}  // namespace cicd
