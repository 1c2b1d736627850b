// Counting steps by how they ended, and saying it.
#pragma once

#include <cicd/report/run_totals.hpp>

#include <cicd/base/text.hpp>

#include <fmt/format.h>

#include <array>
#include <span>
#include <utility>

namespace cicd {

namespace report_run_totals {
namespace {

constexpr std::array<std::pair<step_outcome, std::string_view>, 7> words{
    {{step_outcome::failed, "failed"},
     {step_outcome::timed_out, "timed out"},
     {step_outcome::interrupted, "interrupted"},
     {step_outcome::ran, "ran"},
     {step_outcome::reused, "reused"},
     {step_outcome::up_to_date, "up to date"},
     {step_outcome::not_run, "not run"}}};

std::string steps_text(std::size_t count) {
  return fmt::format("{} step{}", count, count == 1 ? "" : "s");
}

/// Names, eight at most, then a count.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  const std::span<const std::string> all(names);
  if (all.size() <= most) return joined(all, ", ");
  return fmt::format("{} and {} more", joined(all.first(most), ", "), all.size() - most);
}

std::string_view verb_of(exit_class outcome) {
  switch (outcome) {
    case exit_class::done: return "done in";
    case exit_class::interrupted: return "interrupted after";
    case exit_class::terminated: return "ended by a signal after";
    default: return "failed after";
  }
}

}  // namespace
}  // namespace report_run_totals

void tally::add(const step_ended& end) {
  steps_[end.outcome].push_back(end.step);
}

std::size_t tally::count(step_outcome outcome) const {
  const auto found = steps_.find(outcome);
  return found == steps_.end() ? 0 : found->second.size();
}

bool tally::nothing_done() const {
  for (const auto& [outcome, names] : steps_)
    if (outcome != step_outcome::up_to_date && !names.empty()) return false;
  return true;
}

std::string tally::counts() const {
  std::string text;
  for (const auto& [outcome, word] : report_run_totals::words) {
    const std::size_t many = count(outcome);
    if (many == 0) continue;
    if (text.empty())
      text = fmt::format("{} {}", report_run_totals::steps_text(many), word);
    else
      text += fmt::format(", {} {}", many, word);
  }
  return text;
}

std::string tally::idle_sentence(const std::string& target, std::chrono::milliseconds duration) const {
  const std::size_t fresh = count(step_outcome::up_to_date);
  const std::string who = target.empty() ? "run" : target;
  if (fresh == 0) return fmt::format("{}: nothing to do ({})", who, human_duration(duration));
  return fmt::format("{}: nothing to do, {} up to date ({})", who, report_run_totals::steps_text(fresh),
                     human_duration(duration));
}

std::string tally::sentence(const std::string& target, const run_ended& end) const {
  const std::string what = counts();
  return fmt::format("{} {} {}{}{}", target.empty() ? "run" : target, report_run_totals::verb_of(end.outcome),
                     human_duration(end.duration), what.empty() ? "" : ": ", what);
}

std::string tally::not_run_sentence() const {
  if (count(step_outcome::not_run) == 0) return {};
  std::string text = "not run: " + report_run_totals::listed(steps_.at(step_outcome::not_run));
  for (const step_outcome cause : {step_outcome::failed, step_outcome::timed_out}) {
    if (count(cause) == 0) continue;
    const std::string_view verb = cause == step_outcome::failed ? "failed" : "timed out";
    return fmt::format("{}, since {} {}", text, report_run_totals::listed(steps_.at(cause)), verb);
  }
  return count(step_outcome::interrupted) > 0 ? text + ", since the run was interrupted" : text;
}

}  // namespace cicd
