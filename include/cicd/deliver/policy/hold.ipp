// Holding and releasing, in one home of an environment after the other.
#pragma once

#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/hold.hpp>

namespace cicd {

namespace deliver_policy_hold {
namespace {

status check_hold(const action_ports& on) {
  return check_way(on.subject(), on.place->via, way_feature::hold, "this environment cannot be held",
                   "keep its branch or tag from moving");
}

std::string ended_text(const deployment_hold& hold) {
  return fmt::format("the hold of {} by {}, since {}: {}",
                     hold.version.empty() ? "all deploys" : "version " + displayable(hold.version),
                     displayable(hold.who), utc_text(hold.when), displayable(hold.reason));
}

/// Puts a hold beside the one that is there: one of all environments stands over the environment's own. Gives
/// what it replaces.
std::optional<deployment_hold> put(const deployment_hold& made, std::optional<deployment_hold>& to) {
  if (!made.everywhere && to && to->everywhere) {
    std::vector<deployment_hold> before = std::exchange(to->over, {made});
    return before.empty() ? std::nullopt : std::optional(before.front());
  }
  std::optional<deployment_hold> before = std::exchange(to, made);
  if (!made.everywhere || !before) return before;
  to->over = before->everywhere ? before->over : std::vector{*before};
  return before->everywhere ? before : std::nullopt;
}

void end_everywhere(std::optional<deployment_hold>& of, std::vector<std::string>& ended) {
  if (!of || !of->everywhere) return;
  ended.push_back(ended_text(*of));
  const std::vector<deployment_hold> own = std::exchange(of->over, {});
  of = own.empty() ? std::nullopt : std::optional(own.front());
}

/// `change` is done to the state of each home, once the gate has given leave; gives what is told.
using state_change = std::function<event_body(
    environment_state& of, const seen_environment& seen, const changed_place& at, const changed_by& by)>;

status change_each(const action_ports& on, const state_change& change_state) {
  if (status can = check_hold(on); !can) return can;
  if (status may = on.may_begin(change::hold); !may) return may;
  for (const open_home& open : on.homes) {
    const result<std::unique_ptr<environment_home>> home = open();
    if (!home) return home.error();
    const result<permit> allowed = on.may(change::hold, {});
    if (!allowed) return allowed.error();
    const result<seen_environment> seen = (*home)->read();
    if (!seen) return seen.error();
    const changed_by by{on.who(), on.time->now()};
    environment_state to = seen->state;
    event_body told = change_state(to, *seen, on.at(**home), by);
    if (status changed = (*home)->write(*allowed, *seen, std::move(to), by); !changed) return changed;
    on.tell(std::move(told));
  }
  return {};
}

}  // namespace
}  // namespace deliver_policy_hold

status set_hold(const hold_request& request, const action_ports& on) {
  return deliver_policy_hold::change_each(
      on,
      [&](environment_state& of, const seen_environment&, const changed_place& at,
          const changed_by& by) -> event_body {
        const deployment_hold made{by.who, request.reason, request.version, by.when, request.everywhere, {}};
        if (const auto replaced = deliver_policy_hold::put(made, of.hold))
          on.tell(step_message{on.subject(), "replaced: " + deliver_policy_hold::ended_text(*replaced)});
        return held{at, by.who, request.reason, request.version, by.when};
      });
}

status release_hold(bool everywhere, const action_ports& on) {
  return deliver_policy_hold::change_each(on,
                                          [&](environment_state& of, const seen_environment& seen,
                                              const changed_place& at, const changed_by& by) -> event_body {
                                            std::vector<std::string> ended;
                                            if (everywhere) {
                                              deliver_policy_hold::end_everywhere(of.hold, ended);
                                              return released{at, by.who, joined(ended, "; ")};
                                            }
                                            deliver_policy_hold::end_everywhere(of.hold, ended);
                                            if (of.hold)
                                              ended.push_back(deliver_policy_hold::ended_text(*of.hold));
                                            if (seen.reverted) ended.push_back(text_of(*seen.reverted));
                                            of.hold.reset();
                                            if (seen.reverted) of.revert_released = seen.reverted->commit;
                                            return released{at, by.who, joined(ended, "; ")};
                                          });
}

status show_hold(const action_ports& on, const see_hold& see) {
  if (status can = deliver_policy_hold::check_hold(on); !can) return can;
  for (const open_home& open : on.homes) {
    const result<std::unique_ptr<environment_home>> home = open();
    if (!home) return home.error();
    const result<seen_environment> seen = (*home)->read();
    if (!seen) return seen.error();
    see(on.at(**home), *seen);
  }
  return {};
}

std::string text_of(const std::optional<deployment_hold>& hold) {
  if (!hold) return "no hold";
  return fmt::format("{} on hold since {} by {}: {}",
                     hold->version.empty() ? "all deploys are" : "version " + hold->version + " is",
                     utc_text(hold->when), displayable(hold->who), displayable(hold->reason))
         + (hold->over.empty() ? "" : "; and " + text_of(hold->over.front()));
}

std::string text_of(const hand_revert& revert) {
  return fmt::format("put back by hand, commit {} at {} by {}{}", revert.commit.substr(0, 7),
                     utc_text(revert.when), displayable(revert.who),
                     revert.left.empty() ? "" : "; " + displayable(revert.left) + " ran until then");
}

}  // namespace cicd
