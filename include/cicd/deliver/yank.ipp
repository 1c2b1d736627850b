// The mark first, then the images.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/yank.hpp>
#include <cicd/image/beside.hpp>

namespace cicd {

namespace deliver_yank {
namespace {

/// An image as it is named for a person, and where it is.
struct named_image {
  std::string repository;
  digest manifest;
  std::string text() const { return repository + "@" + oci_text(manifest); }
};

std::vector<named_image> images_of(const artifact_record& record) {
  std::vector<named_image> all;
  for (const auto& [name, image] : record.images) all.push_back({image.repository, image.manifest});
  return all;
}

error no_artifact(const yank_request& request, const yank_ports& ports, const std::string& pipeline) {
  std::vector<std::string> near;
  for (const std::string& each : ports.neighbours())
    if (const auto there = ports.artifacts.read(each); there && *there && near.size() < 3)
      near.push_back(each.substr(0, 7));
  return error{
      exit_class::usage, pipeline, "there is no artifact of this commit", request.commit.substr(0, 7), {}}
      .with("near", joined(near, ", "))
      .with("try", "cicd artifacts " + pipeline);
}

/// The short commits of other artifacts that have this image, too.
std::vector<std::string> others_with(const named_image& image,
                                     const yank_request& request,
                                     const yank_ports& ports) {
  std::vector<std::string> others;
  for (const std::string& each : ports.neighbours()) {
    if (each == request.commit) continue;
    const auto there = ports.artifacts.read(each);
    if (!there || !*there) continue;
    const auto images = images_of((*there)->record);
    if (std::ranges::any_of(images, [&](const named_image& one) { return one.manifest == image.manifest; }))
      others.push_back(each.substr(0, 7));
  }
  return others;
}

status remove_image(const permit&,
                    const named_image& image,
                    const yank_request& request,
                    const yank_ports& ports) {
  auto in = ports.open(image.repository);
  if (!in) return std::move(in).error();
  const result<bool> has = (*in)->has(image.manifest);
  if (!has) return has.error();
  if (!*has) return {};
  status removed = remove_beside(**in, image.manifest);
  if (removed) removed = (*in)->remove(image.manifest);
  if (removed) return {};
  return std::move(removed).error().with(
      "left", fmt::format("{} is yanked; its image is still there", request.commit.substr(0, 7)));
}

}  // namespace
}  // namespace deliver_yank

result<yank_outcome> yank(const yank_request& request, const yank_ports& ports) {
  using namespace deliver_yank;
  const result<permit> allowed = ports.may();
  if (!allowed) return allowed.error();
  const result<std::optional<stored_artifact>> there = ports.artifacts.read(request.commit);
  if (!there) return there.error();
  if (!*there) return no_artifact(request, ports, ports.artifacts.pipeline());
  const artifact_record& record = (*there)->record;
  artifact_mark mark{.is = request.lifts ? artifact_mark::kind::lifted : artifact_mark::kind::yanked,
                     .pipeline = record.pipeline,
                     .commit = record.commit,
                     .who = request.who,
                     .reason = request.reason,
                     .when = ports.time.now()};
  yank_outcome end;
  if (request.lifts) {
    if (status set = put_mark(*allowed, ports.artifacts, mark, record); !set) return std::move(set).error();
    return end;
  }
  result<std::vector<std::string>> runs_in = ports.runs_in();
  if (!runs_in) return std::move(runs_in).error();
  if (request.deletes && !runs_in->empty())
    return error{exit_class::policy,
                 record.pipeline,
                 "this artifact runs, so its images are not deleted",
                 record.short_commit(),
                 {{"runs in", joined(*runs_in, ", ")},
                  {"try", fmt::format("deploy another commit there first, or yank it without --delete")}}};
  end.runs_in = *std::move(runs_in);
  std::vector<named_image> deletes;
  for (const named_image& each : request.deletes ? images_of(record) : std::vector<named_image>()) {
    const std::vector<std::string> others = others_with(each, request, ports);
    if (others.empty())
      deletes.push_back(each);
    else
      end.kept.push_back(fmt::format("{} is that of {}, too", each.text(), joined(others, ", ")));
  }
  for (const named_image& each : deletes) mark.deleted.push_back(each.text());
  const result<std::optional<artifact_mark>> before = ports.artifacts.mark_of(record.commit);
  if (!before) return before.error();
  const bool only_deletes =
      request.deletes && *before && (*before)->is == artifact_mark::kind::yanked;  // what was left by a yank
  if (!only_deletes)
    if (status set = put_mark(*allowed, ports.artifacts, mark, record); !set) return std::move(set).error();
  for (const named_image& each : deletes) {
    if (status removed = remove_image(*allowed, each, request, ports); !removed)
      return std::move(removed).error();
    end.deleted.push_back(each.text());
  }
  return end;
}

}  // namespace cicd
