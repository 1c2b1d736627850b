// See rollback.hpp.
#pragma once

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/rollback.hpp>

namespace cicd {

namespace release_rollback {
namespace {

bool is_meant(const deployment_record& record, const std::string& to) {
  if (to == record.id || to == record.version || to == std::to_string(record.generation)
      || to == "#" + std::to_string(record.generation))
    return true;
  for (const auto& [name, image] : record.images)
    if (to == image.tag || to == oci_text(image.manifest)
        || (to.size() >= 12 && oci_text(image.manifest).starts_with(to)))
      return true;
  return false;
}

/// Whether it is this deployment that runs, as far as what is kept tells.
bool runs_now(const deployment_record& kept, const cluster_state& now) {
  if (!now.record) return false;
  if (now.record->outcome == "rolled-back") return now.record->id == kept.id;
  return now.record->outcome == "deployed" && now.record->generation == kept.generation;
}

/// The deployment to go back to: the one that is named, or the one before what runs, whatever differed.
std::optional<past_deployment> meant(const std::vector<past_deployment>& past,
                                     const cluster_state& now,
                                     const std::string& to) {
  auto at = past.begin();
  if (to.empty()) {
    const auto running =
        std::ranges::find_if(past, [&](const past_deployment& each) { return runs_now(each.record, now); });
    if (running != past.end()) at = running + 1;
  } else {
    at = std::ranges::find_if(past, [&](const past_deployment& each) { return is_meant(each.record, to); });
  }
  return at == past.end() ? std::nullopt : std::optional(*at);
}

}  // namespace
}  // namespace release_rollback

std::string line_of(const deployment_record& record) {
  return fmt::format("#{} {} of {} by {}", record.generation, record.version, utc_text(record.when),
                     record.who);
}

result<past_deployment> deployment_to_put_back(const std::vector<past_deployment>& past,
                                               const cluster_state& now,
                                               const std::string& to,
                                               const std::string& subject) {
  using namespace release_rollback;
  std::vector<std::string> there;
  for (const past_deployment& each : past) there.push_back(line_of(each.record));
  const std::optional<past_deployment> found = meant(past, now, to);
  if (found && found->objects.empty())
    return error{exit_class::usage,
                 subject,
                 "that deployment cannot be put back: its objects were too large to keep",
                 found->record.version,
                 {{"try", "deploy its commit again"}}};
  if (found) return *found;
  if (to.empty())
    return error{exit_class::usage,
                 subject,
                 "there is nothing to go back to: no earlier deployment is kept",
                 {},
                 {{"there", there.empty() ? "none" : joined(there, "; ")},
                  {"try", "deploy the commit that is to run again"}}};
  return error{
      exit_class::usage, subject, "no deployment with that version, digest or number is kept", to, {}}
      .with("allowed", there.empty() ? "none is kept" : joined(there, "; "));
}

}  // namespace cicd
