// See fleet_records.hpp.
#pragma once

#include <algorithm>

#include <cicd/declare/deploy_ways.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/image/zip_registry.hpp>

namespace cicd {

std::string runs_text(const deployment_record& of) {
  if (!of.tag.empty()) return of.tag;
  return of.commit.empty() ? of.version : of.commit.substr(0, 7);
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
  return can(place.via, way_feature::programs)
         || is_of_zips(repository) == can(place.via, way_feature::functions);
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
