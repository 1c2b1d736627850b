// Does what a person asks for to an environment: its ports are those of this machine, and what it tells is
// printed and recorded. It does not know what is done.
#pragma once

#include <functional>
#include <string>

#include <cicd/deliver/policy/action.hpp>
#include <cicd/driver/commands/find_environment.hpp>

namespace cicd {

/// The ports to an environment that was found.
action_ports ports_of(found_environment& found, const cancellation* cancelled);

using action_on = std::function<status(const action_ports& on)>;
/// `words` as `rollback orders/prod`, for the record. The class of what came of it, once its failure is
/// printed.
exit_class act_on(action_ports on,
                  const workspace& where,
                  const std::string& words,
                  const event_listener& print,
                  const action_on& act);
/// The same where it can end in another class without a failure of its own.
using judged_action = std::function<result<exit_class>(const action_ports& on)>;
exit_class act_on(action_ports on,
                  const workspace& where,
                  const std::string& words,
                  const event_listener& print,
                  const judged_action& act);

}  // namespace cicd
