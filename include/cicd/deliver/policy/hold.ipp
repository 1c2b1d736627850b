// Holding and releasing, in one cluster of an environment after the other.
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

/// `to` is asked for each cluster, once the gate has given leave.
status change_each(
    const action_ports& on,
    const std::function<std::optional<deployment_hold>(const std::string& me)>& to,
    const std::function<event_body(const changed_place& at, const deployment_hold& now)>& told) {
  if (status can = check_hold(on); !can) return can;
  if (status may = on.may_begin(change::hold); !may) return may;
  for (std::size_t at = 0; at < on.clusters; ++at) {
    const result<open_place> opened = on.open(at);
    if (!opened) return opened.error();
    const result<permit> allowed = on.may(change::hold, {});
    if (!allowed) return allowed.error();
    const std::string me = on.who();
    const std::optional<deployment_hold> now = to(me);
    if (status changed = change_hold(*allowed, *opened->with, opened->place, now); !changed) return changed;
    on.tell(told(on.at(*opened->with), now.value_or(deployment_hold{me, {}, {}})));
  }
  return {};
}

}  // namespace
}  // namespace deliver_policy_hold

status set_hold(const hold_request& request, const action_ports& on) {
  return deliver_policy_hold::change_each(
      on,
      [&](const std::string& me) {
        return std::optional(deployment_hold{me, request.reason, request.version, on.time->now()});
      },
      [](const changed_place& at, const deployment_hold& now) -> event_body {
        return held{at, now.who, now.reason, now.version, now.when};
      });
}

status release_hold(const action_ports& on) {
  return deliver_policy_hold::change_each(
      on, [](const std::string&) { return std::optional<deployment_hold>(); },
      [](const changed_place& at, const deployment_hold& now) -> event_body {
        return released{at, now.who};
      });
}

status show_hold(const action_ports& on, const see_hold& see) {
  if (status can = deliver_policy_hold::check_hold(on); !can) return can;
  for (std::size_t at = 0; at < on.clusters; ++at) {
    const result<open_place> opened = on.open(at);
    if (!opened) return opened.error();
    const result<cluster_state> state = read_cluster_state(*opened->with, opened->place);
    if (!state) return state.error();
    see(on.at(*opened->with), state->hold);
  }
  return {};
}

status change_hold(const permit&,
                   kubernetes::cluster& with,
                   const cluster_place& place,
                   std::optional<deployment_hold> to) {
  result<cluster_state> state = read_cluster_state(with, place);
  if (!state) return std::move(state).error();
  state->hold = std::move(to);
  return write_cluster_state(with, place, *state);
}

std::string text_of(const std::optional<deployment_hold>& hold) {
  if (!hold) return "no hold";
  return fmt::format("{} on hold since {} by {}: {}",
                     hold->version.empty() ? "all deploys are" : "version " + hold->version + " is",
                     utc_text(hold->when), displayable(hold->who), displayable(hold->reason));
}

}  // namespace cicd
