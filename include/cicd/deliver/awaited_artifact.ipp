// Asks again until it is there.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/numbers.hpp>
#include <cicd/deliver/awaited_artifact.hpp>

namespace cicd {

namespace deliver_awaited_artifact {
namespace {

error ran_out(const awaited_artifact& what) {
  const std::vector<std::string> runs = what.under_way();
  return error{
      exit_class::conflict,
      what.subject,
      fmt::format("there is still no artifact of this commit after {}",
                  duration::from(fmt::format("{}ms", what.limit.count())).text()),
      what.commit.substr(0, 7),
      {{"under way", runs.empty() ? "no run of this build tree; of other machines nothing is known here"
                                  : "run " + joined(runs, ", ")},
       {"try", "run it again, with a longer --wait"}}};
}

}  // namespace
}  // namespace deliver_awaited_artifact

status wait_for(const awaited_artifact& what, const clock& time, const cancellation& cancelled) {
  constexpr std::chrono::milliseconds between{3'000};
  const std::chrono::milliseconds begun = time.elapsed();
  for (bool is_first = true;; is_first = false) {
    const result<bool> there = what.is_there();
    if (!there) return there.error();
    if (*there) return {};
    const std::chrono::milliseconds left = what.limit - (time.elapsed() - begun);
    if (left.count() <= 0) return deliver_awaited_artifact::ran_out(what);
    if (is_first) what.say(fmt::format("waiting for the artifact of {}", what.commit.substr(0, 7)));
    if (!time.wait(std::min(left, between), &cancelled))
      return error{
          exit_class::interrupted, what.subject, "interrupted while it waited for the artifact", {}, {}};
  }
}

}  // namespace cicd
