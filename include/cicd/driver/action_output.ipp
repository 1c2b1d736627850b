// What an action tells, a line for each event.
#pragma once

#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/hold.hpp>
#include <cicd/deliver/rollback.hpp>
#include <cicd/driver/action_output.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

std::string hold_line(const changed_place& at, const std::optional<deployment_hold>& hold) {
  return fmt::format("{} {}, {}: {}\n", at.pipeline, at.environment, at.cluster, text_of(hold));
}

std::string revert_line(const changed_place& at, const hand_revert& revert) {
  return fmt::format("{} {}, {}: {}\n", at.pipeline, at.environment, at.cluster, text_of(revert));
}

namespace driver_action_output {
namespace {

struct line_writer {
  const std::string& indent;

  std::string operator()(const step_message& one) const {
    return indent + replaced_all(displayable(trimmed(one.text), newlines::keep), "\n", "\n" + indent) + "\n";
  }
  std::string operator()(const rollback_started& one) const {
    return fmt::format("{}: putting back {}\n", one.at.cluster, line_of(one.to));
  }
  std::string operator()(const held& one) const {
    return hold_line(one.at, deployment_hold{one.who, one.reason, one.version, one.since});
  }
  std::string operator()(const released& one) const {
    return fmt::format("{} {}, {}: {}\n", one.at.pipeline, one.at.environment, one.at.cluster,
                       one.ended.empty() ? "no hold, so that nothing is released" : "released: " + one.ended);
  }
  std::string operator()(const approval_started& one) const {
    std::string lines;
    for (const std::string& each : one.plan) lines += indent + displayable(each) + "\n";
    return lines;
  }
  std::string operator()(const approved& one) const {
    return fmt::format("approved {} {} in {} as {}, until {}\n", one.step, one.version, one.at.cluster,
                       displayable(one.who), utc_text(one.expires));
  }
  std::string operator()(const approval_withdrawn& one) const {
    return fmt::format("{} {}, {}: the approval of {} {} by {} is withdrawn\n", one.at.pipeline,
                       one.at.environment, one.at.cluster, one.step.empty() ? "a deploy" : one.step,
                       one.version, displayable(one.by));
  }
  std::string operator()(const step_warning& one) const { return "! " + one.text + "\n"; }
  std::string operator()(const branch_over& one) const {
    return fmt::format("{} of {}: {}\n", one.at.text(), displayable(one.at.branch), one.why);
  }
  std::string operator()(const removed& one) const {
    std::string lines =
        fmt::format("{}: {} of {} ended, {} object{} removed\n", one.at.text(), one.kind,
                    displayable(one.at.branch), one.objects.size(), one.objects.size() == 1 ? "" : "s");
    for (const std::string& each : one.kept) lines += "    " + each + "\n";
    return lines;
  }
  std::string operator()(const remove_failed& one) const {
    print_errors({one.failure});
    return {};
  }
  /// The command says the rest, or there is nothing to say.
  template <typename Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

}  // namespace
}  // namespace driver_action_output

event_listener action_printer(std::string indent) {
  return [indent = std::move(indent)](const event& happened) {
    const std::string text = std::visit(driver_action_output::line_writer{indent}, happened.body);
    if (!text.empty()) print_out(text);
  };
}

}  // namespace cicd
