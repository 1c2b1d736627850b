// What all ways share: the plan of a step with nothing to do, and the reasons of a deploy.
#pragma once

#include <fmt/format.h>

#include <cicd/deliver/policy/action.hpp>
#include <cicd/deliver/way.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/image/zip_registry.hpp>

namespace cicd {

std::vector<result<deployed_release>> way::look_at_all(std::span<const deploy_place> all,
                                                       const cancellation* cancelled) const {
  std::vector<result<deployed_release>> seen;
  for (const deploy_place& each : all) seen.push_back(look(each.pipeline, each.place, cancelled));
  return seen;
}

result<std::optional<deployment_record>> way::record_at(const declared_pipeline& pipeline,
                                                        const environment& place,
                                                        const std::string& revision,
                                                        const cancellation*) const {
  return error{exit_class::usage,
               pipeline.declared.name.str() + "/" + place.name.str(),
               "this way of deploying has no revisions",
               revision,
               {{"allowed", "HEALTH argocd of an environment VIA gitops"}}};
}

step_plan nothing_to_do() {
  return {.step = 0,
          .what = decision::up_to_date,
          .key = {},
          .reasons = {},
          .details = {},
          .result = step_result{}};
}

std::vector<std::string> deploy_reasons(const std::optional<deployment_record>& before,
                                        const deployment_record& after) {
  if (!before) return {"never deployed"};
  std::vector<std::string> reasons;
  for (const auto& [name, image] : after.images) {
    const auto old = before->images.find(name);
    if (old == before->images.end())
      reasons.push_back(name + " is new");
    else if (old->second.manifest != image.manifest)
      reasons.push_back(fmt::format("{} {} replaces {}", name, image.tag, old->second.tag));
  }
  if (reasons.empty()) reasons.emplace_back("the declaration changed what is deployed");
  return reasons;
}

std::vector<image_to_verify> images_to_verify(const deploy_request& of) {
  std::vector<image_to_verify> all;
  for (const wanted_image& each : of.images)
    if (!is_of_zips(each.repository) && !is_of_files(each.repository))
      all.push_back({each.repository, each.manifest});
  return all;
}

std::vector<image_to_verify> images_to_verify(const deployment_record& of) {
  std::vector<image_to_verify> all;
  for (const auto& [name, image] : of.images)
    if (!is_of_zips(image.repository()) && !is_of_files(image.repository()))
      all.push_back({image.repository(), image.manifest});
  return all;
}

deployed told_of(const deploy_request& of, const deployment_record& record, std::string cluster) {
  return {.at = {.pipeline = of.pipeline().declared.name.str(),
                 .environment = of.place().name.str(),
                 .cluster = std::move(cluster)},
          .record = facts_of(record),
          .reason = {}};
}

}  // namespace cicd
