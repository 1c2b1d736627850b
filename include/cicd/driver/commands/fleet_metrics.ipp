// The lines of each metric. See fleet_metrics.hpp.
#pragma once

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands/fleet_metrics.hpp>

namespace cicd {

namespace driver_commands_fleet_metrics {
namespace {

constexpr fleet_step steps[] = {fleet_step::deploy, fleet_step::wait, fleet_step::refuse, fleet_step::nothing,
                                fleet_step::unknown};
constexpr const char* pass_outcomes[] = {"done", "step-failed", "policy", "remote"};
constexpr const char* known_deploys[] = {"deployed", "proposed",    "up to date",
                                         "refused",  "interrupted", "failed"};

/// A label's value: backslash, quote and line end are escaped.
std::string quoted(std::string text) {
  text = replaced_all(std::move(text), "\\", "\\\\");
  text = replaced_all(std::move(text), "\"", "\\\"");
  return '"' + replaced_all(std::move(text), "\n", "\\n") + '"';
}

void begin(std::string& to, const char* name, const char* type, const char* help) {
  to += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void add_number(std::string& to, const char* name, const char* type, const char* help, double value) {
  begin(to, name, type, help);
  to += fmt::format("{} {}\n", name, value);
}

double seconds(std::chrono::system_clock::time_point at) {
  return std::chrono::duration<double>(std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch())
      .count();
}

void add_counter(std::string& to,
                 const char* name,
                 const char* help,
                 std::map<std::string, std::uint64_t> counts,
                 std::span<const char* const> always) {
  for (const char* each : always) counts.try_emplace(each);
  begin(to, name, "counter", help);
  for (const auto& [outcome, count] : counts)
    to += fmt::format("{}{{outcome={}}} {}\n", name, quoted(outcome), count);
}

std::string labels_of(const fleet_action& each) {
  return fmt::format("pipeline={},environment={}", quoted(each.pipeline), quoted(each.environment));
}

void add_targets(std::string& to, const std::vector<fleet_action>& all) {
  begin(to, "cicd_reconcile_target", "gauge",
        "What the last pass found of an environment: 1 for its action, 0 for the others.");
  for (const fleet_action& each : all)
    for (const fleet_step step : steps)
      to += fmt::format("cicd_reconcile_target{{{},action={}}} {}\n", labels_of(each),
                        quoted(std::string(word_of(step))), each.is == step ? 1 : 0);
  begin(to, "cicd_reconcile_target_until_seconds", "gauge",
        "When the waiting of an environment ends by itself.");
  for (const fleet_action& each : all)
    if (each.until)
      to += fmt::format("cicd_reconcile_target_until_seconds{{{}}} {:.3f}\n", labels_of(each),
                        seconds(*each.until));
  begin(to, "cicd_reconcile_targets", "gauge", "How many environments had this action in the last pass.");
  for (const fleet_step step : steps)
    to += fmt::format("cicd_reconcile_targets{{action={}}} {}\n", quoted(std::string(word_of(step))),
                      std::ranges::count(all, step, &fleet_action::is));
}

}  // namespace
}  // namespace driver_commands_fleet_metrics

std::string metrics_text(const fleet_counts& of) {
  using namespace driver_commands_fleet_metrics;
  std::string text;
  add_targets(text, of.last);
  add_counter(text, "cicd_reconcile_passes_total", "Passes that came to an end, by how they ended.",
              of.passes, pass_outcomes);
  add_counter(text, "cicd_reconcile_deploys_total", "Deploys that passes began, by how they ended.",
              of.deploys, known_deploys);
  add_number(text, "cicd_reconcile_pass_duration_seconds", "gauge", "How long the last pass took.",
             std::chrono::duration<double>(of.last_duration).count());
  begin(text, "cicd_reconcile_last_pass_timestamp_seconds", "gauge",
        "When the last pass ended; 0: none did.");
  text += fmt::format("cicd_reconcile_last_pass_timestamp_seconds {:.3f}\n", seconds(of.last_end));
  begin(text, "cicd_reconcile_last_success_timestamp_seconds", "gauge",
        "When the last pass ended whose outcome was done; 0: none did.");
  text += fmt::format("cicd_reconcile_last_success_timestamp_seconds {:.3f}\n", seconds(of.last_success));
  add_number(text, "cicd_reconcile_failed_passes", "gauge", "Passes that failed since the last that did not.",
             of.failures);
  add_number(text, "cicd_reconcile_acts", "gauge",
             "1 where this process acts, 0 where another one has the lease.", of.acts ? 1 : 0);
  return text;
}

}  // namespace cicd
