// See fleet_records.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/declare/deploy_ways.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/image/zip_registry.hpp>

namespace cicd {

std::string runs_text(const deployment_record& of) {
  if (!of.tag.empty()) return of.tag;
  return of.commit.empty() ? of.version : of.commit.substr(0, 7);
}

std::string deploying_text(const living_deploy& of) {
  return displayable(fmt::format("{} since {}", of.who, utc_text(of.since)));
}

std::chrono::minutes pause_after(std::int64_t times) {
  constexpr std::int64_t longest = 6 * 60, most_doublings = 9;
  return std::chrono::minutes(
      std::min(longest, std::int64_t{1} << std::clamp<std::int64_t>(times - 1, 0, most_doublings)));
}

std::string build_text(const std::string& job, const upstream_build& build) {
  return job.substr(0, job.find(' ')) + " build" + (build.number.empty() ? "" : " " + build.number);
}

void add_reasons_elsewhere(fleet_candidate& to) {
  if (const auto& build = to.facts.upstream; build && build->is == upstream_build::state::good)
    to.reasons.push_back(build_text(to.asked.upstream, *build) + " is good");
  for (const awaited_image& each : to.facts.awaited)
    if (each.manifest)
      to.reasons.push_back(fmt::format("{} is there: {}",
                                       each.repository.substr(each.repository.rfind('/') + 1),
                                       oci_text(each.manifest).substr(0, 19)));
}

bool was_put_back(const std::vector<deployment_record>& newest_first, const std::string& commit) {
  std::string back_to;
  for (const deployment_record& each : newest_first) {
    if (!back_to.empty() && each.commit != back_to) {
      if (each.commit == commit) return true;
      continue;
    }
    if (each.commit == commit) return false;
    back_to = is_put_back(each) ? each.commit : std::string();
  }
  return false;
}

bool takes_from(const environment& place, const std::string& repository) {
  return std::ranges::any_of(with_parts(place),
                             [&](const environment* each) { return takes_itself(*each, repository); });
}

bool takes_itself(const environment& place, const std::string& repository) {
  if (can(place.via, way_feature::programs)) return true;
  return !is_of_files(repository) && is_of_zips(repository) == can(place.via, way_feature::functions);
}

published_images images_taken(published_images of, const environment& place) {
  std::erase_if(of, [&](const auto& each) { return !takes_from(place, each.second.repository); });
  return of;
}

bool has_images_of(const deployment_record& there, const published_images& taken) {
  return there.images.size() == taken.size() && std::ranges::all_of(there.images, [&](const auto& each) {
           const auto found = taken.find(each.first);
           return found != taken.end() && found->second.manifest == each.second.manifest;
         });
}

}  // namespace cicd
