// The arithmetic of shares. See canary_share.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/deliver/branch/canary_share.hpp>

namespace cicd {

namespace deliver_branch_canary_share {
namespace {

int rounded_up(int number, int by) {
  return (number + by - 1) / by;
}

/// How many pods of production's it takes so that one of the canary's is no more than `percent`.
int needed_for(int percent) {
  return rounded_up(100, percent) - 1;
}

error beyond(const canary_question& asked, const std::string& subject) {
  return error{exit_class::usage,
               subject,
               "more is asked for than SHARE allows",
               fmt::format("{}%", asked.percent),
               {{"allowed", fmt::format("1% to {}%", asked.allowed)},
                {"try", fmt::format("SHARE {}% in pipeline_canary()", std::min(asked.percent, 50))}}};
}

error no_pods(const std::string& subject) {
  return error{exit_class::usage,
               subject,
               "the service has no ready pod, so a canary would get every request",
               {},
               {{"try", "deploy the environment first, or see why its pods are not ready: cicd status"}}};
}

error impossible(const canary_question& asked, const std::string& subject) {
  const canary_share nearest{1, asked.production + 1};
  const int percent = rounded_up(100, nearest.total);
  const int needed = needed_for(asked.percent);
  std::string help = percent <= asked.allowed ? fmt::format("--share {}%", percent)
                                              : fmt::format("raise SHARE to {}%", percent);
  help += fmt::format(", or have {} ready pods", needed);
  return error{exit_class::usage,
               subject,
               fmt::format("pods are whole: with {} ready pod{} the canary cannot be so small",
                           asked.production, asked.production == 1 ? "" : "s"),
               fmt::format("{}%", asked.percent),
               {{"nearest", nearest.text()}, {"try", std::move(help)}}};
}

}  // namespace
}  // namespace deliver_branch_canary_share

std::string percent_text(int part, int whole) {
  if (whole <= 0) return "0%";
  const int tenths = (part * 2000 + whole) / (2 * whole);
  return tenths % 10 == 0 ? fmt::format("{}%", tenths / 10) : fmt::format("{}.{}%", tenths / 10, tenths % 10);
}

std::string canary_share::text() const {
  return fmt::format("{} of {} pods, {}", pods, total, percent_text(pods, total));
}

int canary_pods(const canary_question& asked) {
  return asked.production * asked.percent / (100 - asked.percent);
}

result<canary_share> share_for(const canary_question& asked, const std::string& subject) {
  using namespace deliver_branch_canary_share;
  if (asked.percent < 1 || asked.percent > asked.allowed) return beyond(asked, subject);
  if (asked.production < 1) return no_pods(subject);
  const int pods = canary_pods(asked);
  if (pods < 1) return impossible(asked, subject);
  return canary_share{pods, asked.production + pods};
}

}  // namespace cicd
