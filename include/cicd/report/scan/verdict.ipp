// Findings against a baseline.
#pragma once

#include <cicd/report/scan/verdict.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include <cicd/base/counted.hpp>
#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>

namespace cicd {

namespace report_scan_verdict {
namespace {

using identity = std::tuple<std::string, std::string, std::string>;

identity identity_of(const scan_finding& of) {
  return {of.rule, of.path, of.fingerprint};
}
identity identity_of(const known_finding& of) {
  return {of.rule, of.path, of.fingerprint};
}

bool covers(const scan_exception& one, const scan_finding& of) {
  return one.rule == of.rule && (one.path.empty() || glob_matches(one.path, of.path));
}

class judge {
 public:
  judge(const scan_result& of, const scan_policy& by) : of_(of), by_(by) {
    if (by.baseline == nullptr) return;
    if (const auto list = by.baseline->known.find(by.scan); list != by.baseline->known.end())
      listed_ = list->second;
    for (const scan_exception& each : by.baseline->exceptions)
      if (each.scan == by.scan) exceptions_.push_back(&each);
  }

  scan_verdict verdict() && {
    made_.not_run = of_.not_run;
    made_.fails_not_run = by_.is_required && !of_.not_run.empty();
    for (const known_finding& each : listed_) known_.insert(identity_of(each));
    for (const scan_finding& each : of_.findings) take(each);
    std::ranges::stable_sort(made_.findings, {},
                             [](const judged_finding& each) { return does_fail(each.state) ? 0 : 1; });
    // What was not looked at may hold what is listed.
    if (of_.not_run.empty()) take_gone(), take_unmatched();
    for (const scan_exception* each : exceptions_)
      if (each->until >= by_.today && each->until - by_.today <= std::chrono::days(days_of_warning))
        made_.ending.push_back(each);
    return std::move(made_);
  }

 private:
  void take(const scan_finding& each) {
    const scan_exception* by = exception_for(each);
    judged_finding one{each, state_of(each, by), nullptr};
    if (one.state == finding_state::excepted || one.state == finding_state::expired) one.by = by;
    std::size_t& count = does_fail(one.state)                   ? made_.counts.failing
                         : one.state == finding_state::known    ? made_.counts.known
                         : one.state == finding_state::excepted ? made_.counts.excepted
                                                                : made_.counts.below;
    ++count;
    made_.findings.push_back(std::move(one));
  }

  finding_state state_of(const scan_finding& of, const scan_exception* by) const {
    if (known_.contains(identity_of(of))) return finding_state::known;
    if (of.how_bad < by_.fail_on) return finding_state::below;
    if (by == nullptr) return finding_state::fails;
    return by->until < by_.today ? finding_state::expired : finding_state::excepted;
  }

  /// That which holds longest; it counts as used also where the finding would not fail.
  const scan_exception* exception_for(const scan_finding& of) {
    const scan_exception* best = nullptr;
    for (const scan_exception* each : exceptions_)
      if (covers(*each, of)) {
        used_.insert(each);
        if (best == nullptr || best->until < each->until) best = each;
      }
    return best;
  }

  void take_gone() {
    std::set<identity> found;
    for (const scan_finding& each : of_.findings) found.insert(identity_of(each));
    for (const known_finding& each : listed_)
      if (!found.contains(identity_of(each))) made_.gone.push_back(each);
  }

  void take_unmatched() {
    for (const scan_exception* each : exceptions_)
      if (!used_.contains(each)) made_.wrong.push_back(unmatched(*each));
  }

  error unmatched(const scan_exception& of) const {
    std::set<std::string> rules, places;
    for (const scan_finding& each : of_.findings) {
      rules.insert(each.rule);
      if (each.rule == of.rule) places.insert(each.path);
    }
    const bool is_known = rules.contains(of.rule);
    const auto& names = is_known ? places : rules;
    const std::vector<std::string> all(names.begin(), names.end());
    const std::string& value = is_known ? of.path : of.rule;
    return error{exit_class::usage,
                 fmt::format("{}:{}", by_.baseline->file, of.in_line),
                 is_known ? fmt::format("an exception matches no finding of {} by {}", by_.scan, of.rule)
                          : fmt::format("an exception is of a rule by which {} found nothing", by_.scan),
                 value,
                 {}}
        .with("did you mean", nearest(value, all).value_or(""))
        .with("allowed", shown(all))
        .with("try", "take it out: what it was for is gone");
  }

  static std::string shown(const std::vector<std::string>& all) {
    constexpr std::size_t most = 10;
    if (all.empty()) return "none: nothing was found";
    const std::size_t count = std::min(all.size(), most);
    std::string text = joined(std::span(all).first(count), ", ");
    return all.size() > most ? text + fmt::format(" and {} more", all.size() - most) : text;
  }

  const scan_result& of_;
  const scan_policy& by_;
  std::span<const known_finding> listed_;          ///< in BASELINE, of this scan
  std::vector<const scan_exception*> exceptions_;  ///< likewise
  scan_verdict made_;
  std::set<identity> known_;
  std::set<const scan_exception*> used_;
};

}  // namespace
}  // namespace report_scan_verdict

std::string_view word_for(finding_state of) {
  constexpr std::array<std::string_view, 5> words{"fails", "expired", "excepted", "known", "below"};
  return words[static_cast<std::size_t>(of)];
}

bool does_fail(finding_state of) {
  return of == finding_state::fails || of == finding_state::expired;
}

std::vector<scan_finding> scan_verdict::failing() const {
  std::vector<scan_finding> all;
  for (const judged_finding& each : findings) {
    if (!does_fail(each.state)) continue;
    all.push_back(each.found);
    if (each.state == finding_state::expired)
      all.back().message += fmt::format(" (its exception ended on {}: {}, {})", day_text(each.by->until),
                                        each.by->owner, each.by->reason);
  }
  return all;
}

scan_verdict verdict_of(const scan_result& of, const scan_policy& by) {
  return report_scan_verdict::judge(of, by).verdict();
}

std::string summary_of(const scan_verdict& of) {
  const scan_counts& counts = of.counts;
  std::string text = of.not_run.empty() ? "" : "not run: " + of.not_run.front();
  if (of.not_run.size() > 1) text += fmt::format(" and {} more", of.not_run.size() - 1);
  if (of.findings.empty()) return text.empty() ? "no findings" : text;
  text += (text.empty() ? "" : "; ") + counted(of.findings.size(), "finding") + ": ";
  std::vector<std::string> parts;
  for (const auto& [count, word] : {std::pair{counts.failing, "new"},
                                    {counts.known, "known"},
                                    {counts.excepted, "excepted"},
                                    {counts.below, "below FAIL_ON"}})
    if (count > 0) parts.push_back(fmt::format("{} {}", count, word));
  return text + joined(parts, ", ");
}

error failure_of(const scan_verdict& of, const std::string& subject) {
  if (!of.wrong.empty()) {
    error made = of.wrong.front();
    made.notes.insert(made.notes.begin(), {"declared at", std::exchange(made.subject, subject)});
    return made;
  }
  const std::vector<scan_finding> failing = of.failing();
  if (failing.empty())
    return error{exit_class::step_failed, subject, "it did not run, and is REQUIRED", {}, {}}
        .with("caused by", joined(of.not_run, "\n"))
        .with("try", "what it lacks, such as its database; or the scan without REQUIRED");
  error made{exit_class::step_failed,
             subject,
             counted(failing.size(), "finding"),
             {},
             {{"findings", findings_text(failing)}}};
  return std::move(made).with("not run", joined(of.not_run, "\n"));
}

void update_baseline(scan_baseline& of, const std::string& scan, const scan_result& found) {
  if (!found.not_run.empty()) return;
  std::set<report_scan_verdict::identity> before;
  const bool is_new = !of.known.contains(scan);
  auto& list = of.known[scan];
  for (const known_finding& each : list) before.insert(report_scan_verdict::identity_of(each));
  list.clear();
  for (const scan_finding& each : found.findings)
    if (is_new || before.contains(report_scan_verdict::identity_of(each)))
      list.push_back({each.rule, each.path, each.fingerprint, each.how_bad, each.line});
}

}  // namespace cicd
