// Events and diagnoses as people read them; what pods and clusters say is made harmless for a terminal.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/rollout/diagnosis.hpp>

namespace cicd::kubernetes {
namespace kubernetes_rollout_diagnosis_text {
namespace {

constexpr std::size_t widest = 400;

/// ` in pod orders-x_shop(b2f0…)` says nothing new.
std::string without_pod_id(std::string message) {
  const auto in = message.find(" in pod ");
  const auto close = message.find(')', in);
  if (in != message.npos && close != message.npos) message.erase(in, close + 1 - in);
  return message;
}

std::string container_in(std::string_view field_path) {
  const auto open = field_path.find('{'), close = field_path.find('}');
  if (open == field_path.npos || close == field_path.npos) return {};
  return std::string(field_path.substr(open + 1, close - open - 1));
}

std::string pods_of(const diagnosis& of) {
  if (of.pod.empty() || of.more_pods == 0) return of.pod;
  return fmt::format("{} and {} more pod{}", of.pod, of.more_pods, of.more_pods == 1 ? "" : "s");
}

std::string container_of(const diagnosis& of) {
  const bool usual = of.role.empty() || of.role == "container" || of.container.empty();
  return usual ? of.container : fmt::format("{} ({})", of.container, of.role);
}

/// Of a long text both ends: events begin with what was tried and end with why it failed.
std::string shown(const std::string& text) {
  const std::string all = displayable(text);
  if (all.size() <= widest) return all;
  std::string tail = all.substr(all.size() - widest / 2);
  tail.erase(0, tail.find(' ') == tail.npos ? 0 : tail.find(' ') + 1);
  return cut_to(all, widest / 2) + " " + valid_utf8(tail);
}

std::string log_of(const diagnosis& of) {
  std::vector<std::string> lines;
  for (const std::string& each : of.log) lines.push_back(shown(each));
  return joined(lines, "\n");
}

}  // namespace
}  // namespace kubernetes_rollout_diagnosis_text

pod_event event_from(const json& event) {
  using namespace kubernetes_rollout_diagnosis_text;
  pod_event taken;
  taken.about = event["involvedObject"]["uid"].text();
  taken.container = container_in(event["involvedObject"]["fieldPath"].text());
  taken.reason = event["reason"].text();
  std::string message = event["message"].text();
  constexpr std::string_view combined = "(combined from similar events): ";
  if (message.starts_with(combined)) message.erase(0, combined.size());
  taken.message = without_pod_id(std::move(message));
  taken.warning = event["type"].text() == "Warning";
  taken.count = static_cast<int>(std::max(event["count"].integer(1), event["series"]["count"].integer(1)));
  for (const json& when : {event["series"]["lastObservedTime"], event["lastTimestamp"], event["eventTime"]}) {
    if (when.text().size() < 19) continue;
    taken.last = when.text().substr(0, 19) + "Z";
    break;
  }
  return taken;
}

std::string text_of(const pod_event& event) {
  const std::string times = event.count > 1 ? fmt::format(" ({} times)", event.count) : "";
  return fmt::format("{}{}: {}", event.reason, times, event.message);
}

std::string summary_of(const diagnosis& of) {
  using namespace kubernetes_rollout_diagnosis_text;
  std::string text = of.likely.empty() ? of.state : of.likely;
  if (!of.pod.empty()) text += fmt::format(" (pod {})", pods_of(of));
  return shown(text);
}

std::vector<note> notes_of(const diagnosis& of) {
  using namespace kubernetes_rollout_diagnosis_text;
  std::vector<note> notes;
  const std::vector<note> all{
      {"cause", of.cause},        {"pod", shown(pods_of(of))},        {"container", shown(container_of(of))},
      {"state", shown(of.state)}, {"exit", shown(of.exit)},           {"last event", shown(of.event)},
      {"log", log_of(of)},        {"likely cause", shown(of.likely)}, {"try", shown(of.help)}};
  for (const note& each : all)
    if (!each.text.empty()) notes.push_back(each);
  return notes;
}

std::string text_of(const diagnosis& of) {
  using namespace kubernetes_rollout_diagnosis_text;
  const std::string object = shown(of.object);
  if (of.starting) return fmt::format("{} is starting: {}\n", object, summary_of(of));
  std::string text = fmt::format("{} does not get ready\n", object);
  constexpr std::size_t width = 14;
  const std::string indent(width + 2, ' ');
  for (const note& each : notes_of(of))
    text +=
        fmt::format("  {:<{}}{}\n", each.label + ":", width, replaced_all(each.text, "\n", "\n" + indent));
  return text;
}

}  // namespace cicd::kubernetes
