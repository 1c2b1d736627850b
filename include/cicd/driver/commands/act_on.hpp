// Does what a person asks for to an environment: its ports are those of this machine, and what it tells is
// printed and recorded. It does not know what is done.
#pragma once

#include <functional>
#include <string>

#include <cicd/deliver/notify/notifiers.hpp>
#include <cicd/deliver/policy/action.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/run/secret_store.hpp>

namespace cicd {

/// The notifiers of a build tree, with secrets of their own: those of a command that is no run.
struct own_notifiers {
  own_notifiers(const session& in, change_gate& gate);
  own_notifiers(const own_notifiers&) = delete;
  own_notifiers& operator=(const own_notifiers&) = delete;

  secret_store secrets;
  notifiers told;
};

/// Those who are notified of what a command does in a build tree. `hear` and `ended` as in action_ports.
struct command_notices {
  event_listener hear;
  std::function<errors()> ended;
};
command_notices notices_of(const session& in, change_gate& gate);
/// Tells of something that a command did to no single environment, records it, and warns of what could not
/// be said. `words` as `yank orders`.
void tell_of(const session& in,
             change_gate& gate,
             const std::string& words,
             const std::vector<event_body>& all);

/// Tells of what was not done but found, and may be found again: recorded is what was news to a notifier.
void tell_found(const session& in,
                change_gate& gate,
                const std::string& words,
                const std::vector<event_body>& all);

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
