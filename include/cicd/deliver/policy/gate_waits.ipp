// What a release waits for: SOAK, WINDOW, AWAIT, UPSTREAM, the program of GATE. See gate_rules.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/gate_rules.hpp>

namespace cicd::gate_rules {

namespace {

using moment = std::chrono::system_clock::time_point;
using std::chrono::milliseconds;

milliseconds rest_of(const earlier_place& each, const gate_question& of) {
  return of.soak - each.soaked;
}

/// Of all that have not had it long enough the one that takes longest; nothing where all have.
const earlier_place* shortest(const gate_question& of, const gate_state& state) {
  const earlier_place* found = nullptr;
  for (const earlier_place& each : state.from)
    if (rest_of(each, of).count() > 0 && (found == nullptr || each.soaked < found->soaked)) found = &each;
  return found;
}

}  // namespace

std::string clock_text(moment at, moment now) {
  const std::string text = utc_text(std::chrono::ceil<std::chrono::minutes>(at)), today = utc_text(now);
  const std::string clock = text.substr(11, 5) + " UTC", day = text.substr(0, 10);
  return day == today.substr(0, 10) ? clock : clock + " on " + day;
}

std::optional<moment> end_of(gate_rule rule, const gate_question& of, const gate_state& state) {
  if (rule == gate_rule::window && state.closed) return state.closed->opens;
  if (rule != gate_rule::soak) return std::nullopt;
  std::optional<moment> end;
  for (const earlier_place& each : state.from) {
    const milliseconds rest = rest_of(each, of);
    if (rest.count() <= 0) continue;
    if (each.replaced) return std::nullopt;  // there it gets no older
    end = std::max(end.value_or(moment::min()), state.now + rest);
  }
  return end;
}

status judge_soak(const gate_question& of, const gate_state& state) {
  const earlier_place* wanting = of.soak.count() > 0 ? shortest(of, state) : nullptr;
  if (wanting == nullptr) return {};
  const std::string soak = span_text(of.soak);
  error refused = refusal(of,
                          fmt::format("SOAK {}: healthy in {} for {}, {} are missing", soak, wanting->where,
                                      span_text(wanting->soaked), span_text(rest_of(*wanting, of))),
                          commit_here(of));
  if (wanting->since)
    refused = std::move(refused).with(
        "there", fmt::format("{}: healthy since {}{}", wanting->where, utc_text(*wanting->since),
                             wanting->replaced ? ", replaced at " + utc_text(*wanting->replaced) : ""));
  refused = std::move(refused).with("there", displayable(wanting->says));
  if (const std::optional<moment> end = end_of(gate_rule::soak, of, state))
    return std::move(refused).with("try", "run again at " + clock_text(*end, state.now));
  return std::move(refused)
      .with("allowed", fmt::format("a commit that was healthy there for {}", soak))
      .with("try", fmt::format("deploy it to {} again, or release what is there now", wanting->where));
}

status judge_window(const gate_question& of, const gate_state& state) {
  if (!state.closed) return {};
  const closed_window& closed = *state.closed;
  return refusal(of, "deploys to this environment wait for its WINDOW", of.environment)
      .with("allowed", closed.windows)
      .with("opens", closed.opens_text)
      .with("try", "run again at " + clock_text(closed.opens, state.now));
}

status judge_await(const gate_question& of, const gate_state& state) {
  if (of.awaits.empty()) return {};
  if (state.awaited.size() != of.awaits.size())
    return refusal(of, "AWAIT was not asked", joined(of.awaits, " ")).with("try", "report this as a bug");
  std::optional<error> refused;
  std::vector<std::string> there;
  for (const awaited_image& each : state.awaited) {
    if (each.manifest) {
      there.push_back(each.repository + "@" + oci_text(each.manifest));
      continue;
    }
    const std::string missing = displayable(each.repository + ":" + joined(each.tags, " or :"));
    refused = refused ? std::move(*refused).with("missing", missing)
                      : refusal(of, "AWAIT: an image of this commit is not there yet", missing);
  }
  if (!refused) return {};
  for (const std::string& each : there) refused = std::move(*refused).with("there", displayable(each));
  return std::move(*refused)
      .with("allowed", "a commit of which all images of AWAIT are published")
      .with("try", "publish it, and run again");
}

status judge_upstream(const gate_question& of, const gate_state& state) {
  using enum upstream_build::state;
  if (of.upstream.empty()) return {};
  if (!state.upstream)
    return refusal(of, "UPSTREAM was not asked", of.upstream).with("try", "report this as a bug");
  const upstream_build& build = *state.upstream;
  if (build.is == good) return {};
  const std::string which = build.number.empty() ? "the build" : "build " + displayable(build.number);
  const std::string what = build.is == none      ? "UPSTREAM has no build of this commit yet"
                           : build.is == running ? "UPSTREAM: " + which + " of this commit has not ended yet"
                                                 : "UPSTREAM: " + which + " of this commit failed";
  return refusal(of, build.says.empty() ? what : what + ": " + displayable(build.says), commit_here(of))
      .with("upstream", displayable(of.upstream))
      .with("link", displayable(build.link))
      .with("allowed", "a commit with a good build")
      .with("try", build.is == failed ? "build it again there when its cause is gone, or promote it --hotfix"
                                      : "run again when it has ended");
}

status judge_program(const gate_question& of, const gate_state& state) {
  if (of.program.empty() || (!state.program && of.rehearses)) return {};
  const std::string words = displayable(shell_quoted(of.program));
  if (!state.program) return refusal(of, "GATE was not asked", words).with("try", "report this as a bug");
  if (state.program->passed) return {};
  return refusal(of, "GATE refuses this deploy", words)
      .with("caused by", displayable(state.program->how))
      .with("last lines", displayable(state.program->last_lines, newlines::keep))
      .with("try",
            "run it again when what it checks is good; cicd plan --ask-gates asks it without a deploy");
}

}  // namespace cicd::gate_rules
