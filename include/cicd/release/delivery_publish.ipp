#pragma once

#include <fmt/format.h>

#include <cicd/release/delivery.hpp>

namespace cicd {

status delivery::may_publish(const declared_pipeline& pipeline, const std::string& repository) {
  if (is_embedded(repository) || options_.allow_dirty.contains("publish")) return {};
  for (const environment& place : pipeline.declared.environments)
    if (place.allow_dirty || options_.allow_dirty.contains(place.name.view())) return {};
  result<bool> dirty = is_dirty(pipeline);
  if (!dirty) return std::move(dirty).error();
  if (!*dirty) return {};
  return error{exit_class::policy,
               pipeline.declared.name.str() + "/publish",
               "the tree has uncommitted changes",
               repository,
               {{"allowed", "a clean tree; changes go to the registry in the build tree only"},
                {"try", "commit or stash them, or name it: --allow-dirty publish"}}};
}

result<step_plan> delivery::plan_publish(const graph_step& step, const std::vector<wanted_image>& images) {
  step_plan plan{.step = 0,
                 .what = decision::up_to_date,
                 .key = {},
                 .reasons = {},
                 .details = {},
                 .result = step_result{}};
  std::map<std::string, std::string>& tags = state_for(step.id).tags;
  for (const wanted_image& image : images) {
    auto registry = registry_for(image.repository, registry_setup(), around_);
    if (!registry) return std::move(registry).error();
    const std::string commit_tag = source_of(*step.pipeline).git.short_commit();
    if (!commit_tag.empty()) {
      const auto there = (*registry)->resolve(commit_tag);
      if (!there) return there.error();
      if (*there == image.manifest) {
        tags[image.repository] = commit_tag;
        continue;
      }
    }
    if (status may = may_publish(*step.pipeline, image.repository); !may) return std::move(may).error();
    const result<std::string> tag = tag_for(*step.pipeline, image.manifest);
    if (!tag) return tag.error();
    tags[image.repository] = *tag;
    const auto there = (*registry)->resolve(*tag);
    if (!there) return there.error();
    if (*there == image.manifest) continue;
    if (*there)
      return error{
          exit_class::conflict,
          step.id,
          "that tag stands for another image and is never moved",
          (*registry)->name() + ":" + *tag,
          {{"there", oci_text(**there)},
           {"here", oci_text(image.manifest)},
           {"likely", "the build is not reproducible: with Maven, set project.build.outputTimestamp"},
           {"try", (*registry)->inspect_command(*tag)}}};
    plan.what = decision::run;
    plan.reasons.push_back(fmt::format("{}:{} is not there yet", (*registry)->name(), *tag));
    plan.details.push_back(
        fmt::format("+ {}:{} {}", (*registry)->name(), *tag, "sha256:" + hex(image.manifest).substr(0, 12)));
  }
  if (plan.what == decision::run) plan.result.reset();
  return plan;
}

outcome delivery::publish(const graph_step& step, const std::function<void(const std::string&)>& say) {
  outcome end;
  registry_options options = registry_setup();
  options.say = say;
  for (const wanted_image& image : state_for(step.id).images) {
    auto registry = registry_for(image.repository, options, around_);
    if (!registry) return failed_outcome(std::move(registry).error());
    const result<std::string> tag = tag_for(*step.pipeline, image.manifest);
    if (!tag) return failed_outcome(tag.error());
    std::string image_step = step.pipeline->declared.name.str();
    for (const cicd::image& declared : step.pipeline->declared.images)
      if (declared.name.view() == image.name) image_step += "/" + image_step_name(declared);
    auto done = (*registry)->publish(where_.work(image_step) + "/layout", image.manifest, *tag, true);
    if (!done) return failed_outcome(std::move(done).error());
    if (!end.summary.empty()) end.summary += ", ";
    end.summary += fmt::format("{}:{}", (*registry)->name(), *tag);
  }
  end.how = step_outcome::ran;
  return end;
}

}  // namespace cicd
