// See build_approval.hpp.
#pragma once

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/build_approval.hpp>

namespace cicd {

result<artifact_mark> say_of_build(const build_approval_request& request,
                                   const artifact_store& in,
                                   const clock& time,
                                   const std::function<result<permit>()>& may) {
  const result<permit> allowed = may();
  if (!allowed) return allowed.error();
  artifact_mark mark{.is = request.withdraws ? artifact_mark::kind::withdrawn : artifact_mark::kind::approved,
                     .pipeline = in.pipeline(),
                     .commit = request.commit,
                     .who = request.who,
                     .reason = request.reason,
                     .when = time.now()};
  if (!request.withdraws) mark.expires = std::chrono::floor<std::chrono::seconds>(mark.when + request.lasts);
  if (status put = put_build_approval(*allowed, in, mark); !put) return std::move(put).error();
  return mark;
}

std::string text_of(const artifact_mark& approval, std::chrono::system_clock::time_point now) {
  const bool is_withdrawn = approval.is == artifact_mark::kind::withdrawn;
  const std::string by = fmt::format("by {}: {}", displayable(approval.who), displayable(approval.reason));
  const std::string commit = approval.commit.substr(0, 7);
  if (is_withdrawn)
    return fmt::format("{} may not be built: the approval was withdrawn at {} {}", commit,
                       utc_text(approval.when), by);
  return fmt::format(
      "{} {} {} {}", commit,
      approval.expires <= now ? "may not be built: the approval expired at" : "may be built until",
      utc_text(approval.expires), by);
}

}  // namespace cicd
