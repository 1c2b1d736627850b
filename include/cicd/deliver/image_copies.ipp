// From the repositories of the pipeline to those of the environment.
#pragma once

#include <functional>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/image_copies.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/image/beside.hpp>
#include <cicd/image/zip_registry.hpp>

namespace cicd {

namespace deliver_image_copies {
namespace {

/// An image, where it is and where it goes.
struct image_copy {
  std::unique_ptr<registry> from, to;
  const deployment_record::image& image;
};

status each_copy(const way_context& in,
                 const deploy_request& of,
                 const deployment_record& record,
                 const say_line& say,
                 const std::function<status(image_copy&)>& act) {
  if (of.place().images_in.empty()) return {};
  registry_options options = registries_of(in.where, in.options.cancelled);
  options.say = say;
  for (const wanted_image& wanted : of.images) {
    const auto found = record.images.find(wanted.name);
    if (found == record.images.end() || found->second.manifest == digest{}) continue;
    auto from = registry_for(wanted.repository, options, in.around);
    if (!from) return std::move(from).error();
    auto to = registry_for(repository_in(of.place(), wanted.repository), options, in.around);
    if (!to) return std::move(to).error();
    image_copy one{*std::move(from), *std::move(to), found->second};
    if (status done = act(one); !done) {
      if (done.error().subject.empty()) done.error().subject = of.step.id;
      return done;
    }
  }
  return {};
}

}  // namespace
}  // namespace deliver_image_copies

std::string repository_in(const environment& place, const std::string& repository) {
  if (place.images_in.empty() || is_embedded(repository) || is_of_zips(repository) || is_of_files(repository))
    return repository;
  return place.images_in.str() + repository.substr(repository.find('/'));
}

status copy_images(const permit&,
                   const way_context& in,
                   const deploy_request& of,
                   const deployment_record& record,
                   const say_line& say) {
  std::vector<std::string> done;
  return deliver_image_copies::each_copy(
      in, of, record, say, [&](deliver_image_copies::image_copy& one) -> status {
        if (status along = copy_beside(*one.to, *one.from, one.image.manifest); !along)
          return std::move(along).error().with("done", joined(done, ", "));
        auto copied = one.to->copy(*one.from, one.image.manifest, one.image.tag);
        if (!copied) return std::move(copied).error().with("done", joined(done, ", "));
        done.push_back(one.to->name() + ":" + one.image.tag);
        return {};
      });
}

result<std::vector<std::string>> copy_lines(const way_context& in,
                                            const deploy_request& of,
                                            const deployment_record& record) {
  std::vector<std::string> lines;
  const status asked = deliver_image_copies::each_copy(
      in, of, record, {}, [&](deliver_image_copies::image_copy& one) -> status {
        const auto there = one.to->has(one.image.manifest);
        if (!there) return there.error();
        if (!*there)
          lines.push_back(
              fmt::format("+ {}:{}, copied from {}", one.to->name(), one.image.tag, one.from->name()));
        return {};
      });
  if (!asked) return asked.error();
  return lines;
}

}  // namespace cicd
