// Publishing: an image that was built is put into its registry under its tags.
#pragma once

#include <fmt/format.h>

#include <cicd/deliver/delivery.hpp>

namespace cicd {

result<step_plan> delivery::plan_publish(const graph_step& step, const std::vector<wanted_image>& images) {
  step_plan plan{.step = 0,
                 .what = decision::up_to_date,
                 .key = {},
                 .reasons = {},
                 .details = {},
                 .result = step_result{}};
  std::map<std::string, std::string>& tags = state_for(step.id).tags;
  bool asked_gate = false;
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
    if (!asked_gate && !is_embedded(image.repository)) {
      const result<permit> may = may_write(step, {}, &options_.cancelled);
      if (!may && !options_.rehearses) return may.error();
      if (!may) plan.reasons.push_back(refusal_text(may.error()));
      asked_gate = true;
    }
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
  if (plan.what != decision::run) return plan;
  plan.result.reset();
  if (asked_gate && !options_.rehearses)
    if (status leads = may_publish_for_deploys(*step.pipeline, &options_.cancelled); !leads)
      return std::move(leads).error();
  return plan;
}

namespace release_delivery {

/// The only place where an image leaves the build tree.
auto put_image(
    const permit&, registry& to, const std::string& layout, const digest& manifest, const std::string& tag) {
  return to.publish(layout, manifest, tag, true);
}

}  // namespace release_delivery

outcome delivery::publish(const graph_step& step, const std::function<void(const std::string&)>& say) {
  outcome end;
  const result<permit> allowed = may_write(step, {}, &options_.cancelled);
  if (!allowed) return failed_outcome(allowed.error());
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
    auto done = release_delivery::put_image(*allowed, **registry, where_.work(image_step) + "/layout",
                                            image.manifest, *tag);
    if (!done) return failed_outcome(std::move(done).error());
    if (!end.summary.empty()) end.summary += ", ";
    end.summary += fmt::format("{}:{}", (*registry)->name(), *tag);
  }
  end.how = step_outcome::ran;
  return end;
}

}  // namespace cicd
