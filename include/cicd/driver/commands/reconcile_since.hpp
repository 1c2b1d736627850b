// `cicd reconcile --plan --since main`: which environments the declarations of a change would move otherwise
// than those of the commit that it is compared with. It changes nothing.
#pragma once

#include <string>

#include <cicd/driver/commands/reconcile_pass.hpp>

namespace cicd {

exit_class plan_since(const pass_request& of, const std::string& since, const surroundings& around);

}  // namespace cicd
