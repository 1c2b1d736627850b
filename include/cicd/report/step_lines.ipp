// The words of a step's lines.
#pragma once

#include <cicd/report/step_lines.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cicd {

namespace report_step_lines {
namespace {

constexpr std::size_t time_column = 8;  ///< `59.9 s  `, `1h 02m  `

/// Like `human_duration`, in a width that does not change at each tick.
std::string ticking(std::chrono::milliseconds time) {
  if (time < std::chrono::minutes(1))
    return fmt::format("{}.{} s", time.count() / 1000, time.count() % 1000 / 100);
  return human_duration(time);
}

std::string about(std::chrono::milliseconds time) {
  if (time < std::chrono::seconds(10)) return human_duration(time);
  if (time < std::chrono::minutes(1)) return fmt::format("{} s", (time.count() + 500) / 1000);
  return human_duration(time);
}

/// How a step ended that did not succeed, and the word before its duration.
std::string_view verb_of(step_outcome outcome) {
  switch (outcome) {
    case step_outcome::failed: return "failed after";
    case step_outcome::timed_out: return "timed out after";
    case step_outcome::interrupted: return "interrupted after";
    default: return {};
  }
}

std::string with_tail(std::string text, const std::string& tail) {
  return tail.empty() ? text : std::move(text) + ": " + rendered_line(tail);
}

}  // namespace
}  // namespace report_step_lines

std::string reason_text(const std::vector<std::string>& reasons) {
  return rendered_line(joined(reasons, ", "));
}

std::string elapsed_text(std::chrono::milliseconds elapsed,
                         std::optional<std::chrono::milliseconds> expected) {
  std::string text = report_step_lines::ticking(std::max(elapsed, std::chrono::milliseconds(0)));
  return expected ? text + " of ~" + report_step_lines::about(*expected) : text;
}

pieces live_line(const running_step& step,
                 std::chrono::milliseconds now,
                 const signs& with,
                 std::size_t turn,
                 std::size_t name_width,
                 std::size_t time_width) {
  const std::string time = elapsed_text(now - step.since, step.expected);
  return {{paint::calm, std::string(with.turning[turn % with.turning.size()])},
          {paint::plain, " " + padded(step.step, name_width) + "  "},
          {paint::plain, padded(time, std::max(time_width, report_step_lines::time_column)) + "  "},
          {paint::faint, step.now.empty() ? step.reason : step.now}};
}

pieces ended_line(const step_ended& end,
                  const std::string& reason,
                  const signs& with,
                  std::size_t name_width) {
  using namespace report_step_lines;
  const std::string name = displayable(end.step), summary = rendered_line(end.summary);
  const std::string both = summary.empty() || reason.empty()
                               ? summary + reason
                               : fmt::format("{} {} {}", summary, with.separator, reason);
  const auto succeeded = [&](paint colour, std::string_view sign, std::string time, std::string text) {
    return pieces{{colour, std::string(sign)},
                  {paint::plain, " " + padded(name, name_width) + "  "},
                  {paint::plain, padded(std::move(time), name_width == 0 ? 0 : time_column)},
                  {paint::faint, text.empty() ? "" : "  " + std::move(text)}};
  };
  switch (end.outcome) {
    case step_outcome::ran: return succeeded(paint::good, with.done, human_duration(end.duration), both);
    case step_outcome::reused: return succeeded(paint::calm, with.reused, "reused", summary);
    case step_outcome::up_to_date:
      return {{paint::faint, fmt::format("{} {}  up to date", with.up_to_date, padded(name, name_width))}};
    case step_outcome::not_run:
      if (!end.failure) return {};
      return {{paint::plain, fmt::format("{} {}  not run: {}", with.up_to_date, padded(name, name_width),
                                         end.failure->what)}};
    default: break;
  }
  return {{paint::bad, std::string(with.failed)},
          {paint::plain, fmt::format(" {} {} {}", name, verb_of(end.outcome), human_duration(end.duration))}};
}

std::string ended_text(const step_ended& end) {
  using namespace report_step_lines;
  const std::string time = human_duration(end.duration);
  switch (end.outcome) {
    case step_outcome::ran: return with_tail("done in " + time, end.summary);
    case step_outcome::reused: return with_tail("reused", end.summary);
    case step_outcome::up_to_date: return "up to date";
    case step_outcome::not_run: return end.failure ? "not run: " + end.failure->what : "not run";
    default: break;
  }
  const std::string why = end.failure ? end.failure->what : status_text(end.how);
  return with_tail(fmt::format("{} {}", verb_of(end.outcome), time),
                   end.outcome == step_outcome::failed ? why : "");
}

std::string status_text(const ending& how) {
  if (how.kind == ending::how::exited)
    return how.number == 0 ? "" : fmt::format("exit status {}", how.number);
  if (how.kind == ending::how::signalled)
    return fmt::format("signal {} (status {})", how.number, how.shell_status());
  if (how.number == 0 && how.text.empty()) return {};
  return how.text.empty() ? "not started" : "not started: " + rendered_line(how.text);
}

}  // namespace cicd
