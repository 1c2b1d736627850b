// Any registry, through skopeo with the logins and certificates of the ordinary files.
#pragma once

#include <memory>
#include <string>

#include <cicd/image/registry.hpp>

namespace cicd {

result<std::unique_ptr<registry>> remote_registry(const std::string& repository,
                                                  const registry_options& options,
                                                  const surroundings& around);

}  // namespace cicd
