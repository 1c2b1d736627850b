// Lines to parts.
#pragma once

#include <cicd/report/log_parts.hpp>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/observe/ci_log.hpp>

namespace cicd {

/// Two runs of one job may have the same step, so that the name of its part has the second of its end.
std::string log_parts::part(const std::string& step, kept_step& of, const part_end& how) {
  const auto second = std::chrono::floor<std::chrono::seconds>(how.end.time_since_epoch()).count();
  const ci_fold fold = fold_of(system_, {.title = how.title,
                                         .name = fmt::format("{}.{}.{}", step, second, ++of.written),
                                         .is_open = how.is_open,
                                         .begin = how.begin,
                                         .end = how.end});
  std::string text = fold.before + of.lines + fold.after;
  of.lines.clear();
  return text;
}

std::string log_parts::add(const std::string& step,
                           std::string_view line,
                           std::chrono::system_clock::time_point now) {
  kept_step& of = steps_[step];
  if (of.lines.empty()) of.begin = now;
  of.lines.append(line).append("\n");
  if (of.lines.size() < most_kept) return {};
  const std::string title = fmt::format("{}, part {}: it goes on", displayable(step), of.written + 1);
  return part(step, of, {.title = title, .begin = of.begin, .end = now});
}

std::string log_parts::close(const std::string& step, const part_end& how) {
  const auto found = steps_.find(step);
  if (found == steps_.end() || (found->second.lines.empty() && !how.is_open)) {
    steps_.erase(step);
    return loose(how.title);
  }
  std::string text = part(step, found->second, how);
  steps_.erase(found);
  return text;
}

std::string log_parts::close_all(std::chrono::system_clock::time_point now) {
  std::string text;
  while (!steps_.empty()) {
    const auto& [step, kept] = *steps_.begin();
    if (kept.lines.empty())
      steps_.erase(steps_.begin());
    else
      text += close(std::string(step), {displayable(step) + " was not ended", true, kept.begin, now});
  }
  return text;
}

std::string log_parts::loose(std::string_view text) const {
  return loose_line(system_, text);
}

std::string log_parts::last(std::string_view title, std::string_view text) const {
  if (!ends_by_next(system_)) return std::string(text);
  const ci_fold fold = fold_of(system_, {.title = std::string(title), .name = "end", .is_open = true});
  return fold.before + std::string(text) + fold.after;
}

}  // namespace cicd
