// From a declared image to the digests of what it stands on.
#pragma once

#include <cicd/engine/image_bases.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/image_reference.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/image/image_config.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/observe/folder_view.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/place.hpp>

namespace cicd {

namespace engine_image_bases {
namespace {

/// A Dockerfile is text that a person reads.
constexpr std::uint64_t largest_dockerfile = 4'000'000;

error at_image(error why, const graph_step& step, const char* key) {
  why.subject = step.id;
  return with_origin(std::move(why), *step.pipeline,
                     fmt::format("image.{}.{}", step.declared_image()->name.view(), key));
}

std::string below(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

error no_dockerfile(const std::string& path, const std::string& source) {
  const std::string folder =
      path.find('/') == path.npos ? source : source + "/" + path.substr(0, path.rfind('/'));
  std::vector<std::string> names;
  for (const auto& [name, kind] : observing::names_in(folder))
    if (kind == entry_kind::file) names.push_back(name);
  const auto slash = path.rfind('/');
  const auto near = nearest(path.substr(slash + 1), names);
  return error{exit_class::usage, {}, "the Dockerfile is not there", path, {}}
      .with("in", source)
      .with("did you mean", near ? below(slash == path.npos ? "" : path.substr(0, slash), *near) : "");
}

}  // namespace
}  // namespace engine_image_bases

std::vector<std::string> platforms_of(const image& declared) {
  std::vector<std::string> all;
  for (const platform_name each : declared.platforms) all.push_back(each.str());
  if (all.empty()) all.emplace_back();
  return all;
}

placeholder_values values_of_platform(std::string_view platform) {
  if (platform.empty()) return {};
  const std::vector<std::string> parts = split(platform, '/');
  return {{"arch", parts[1]}, {"platform", std::string(platform)}};
}

dockerfile_place dockerfile_place_of(const image& declared, const std::string& source) {
  using engine_image_bases::below;
  dockerfile_place made;
  made.path = normal_path(declared.dockerfile.view());
  if (declared.context) made.context = normal_path(declared.context.view());
  if (made.context == ".") made.context.clear();
  for (const std::string& each : {made.path + ".dockerignore", below(made.context, ".dockerignore")}) {
    const auto text = read_below_if_there(source, each);
    if (!text || !*text) continue;
    made.ignore_path = each;
    made.ignore_text = **text;
    break;
  }
  return made;
}

result<dockerfile_sources> sources_of_image(const graph_step& step) {
  using namespace engine_image_bases;
  const image& declared = *step.declared_image();
  const std::string& source = step.pipeline->source_directory;
  const std::string path = normal_path(declared.dockerfile.view());
  const auto text = read_below_if_there(source, path);
  if (!text) return at_image(text.error(), step, "dockerfile");
  if (!*text) return at_image(no_dockerfile(path, source), step, "dockerfile");
  if ((*text)->size() > largest_dockerfile)
    return at_image({exit_class::usage, {}, "the Dockerfile is larger than 4 MB", path, {}}, step,
                    "dockerfile");
  dockerfile_request ask{.path = path, .target = declared.target.str(), .args = {}, .architecture = {}};
  for (const assignment& each : declared.args) ask.args[each.name.str()] = each.value;
  ask.architecture = architecture_of_this_machine();
  result<dockerfile_sources> made = dockerfile_sources_of(**text, ask);
  if (!made) return at_image(std::move(made).error(), step, "dockerfile");
  return made;
}

result<std::vector<named_reference>> references_of(const graph_step& step) {
  std::vector<named_reference> all;
  const image& declared = *step.declared_image();
  if (declared.dockerfile) {
    const result<dockerfile_sources> sources = sources_of_image(step);
    if (!sources) return sources.error();
    const std::string path = normal_path(declared.dockerfile.view());
    for (const dockerfile_image& each : sources->images)
      all.push_back({each.text, each.reference, fmt::format("{}:{}", path, each.line)});
    return all;
  }
  for (const std::string& platform : platforms_of(declared)) {
    const std::string base = with_placeholders(declared.base.view(), values_of_platform(platform));
    if (detail::is_tagged_reference(base)) all.push_back({base, base, {}, platform});
  }
  return all;
}

result<std::string> base_locks::path_for(const declared_pipeline& pipeline) {
  const std::string& source = pipeline.source_directory;
  const auto [known, added] = paths_.try_emplace(source, error{});
  if (!added) return known->second;
  const auto repository = observing::git_layout_of(source);
  const std::string& root = of_.model.tree.source_root;
  const std::string top = repository ? repository->top : root.empty() ? source : root;
  const auto found = find_base_lock(source, top);
  if (!found) return known->second = found.error();
  const bool is_in_tree = !root.empty() && path_below(source + "/x", root) != source + "/x";
  return known->second = found->value_or((is_in_tree ? root : source) + "/" + base_lock_name);
}

result<base_lock> base_locks::read(const std::string& path) {
  const auto [known, added] = locks_.try_emplace(path, error{});
  if (!added) return known->second;
  const auto slash = path.rfind('/');
  const auto text = read_below_if_there(path.substr(0, slash), path.substr(slash + 1));
  if (!text) return known->second = text.error();
  return known->second = *text ? base_lock_from(**text, path) : result<base_lock>(base_lock{});
}

result<observed_base> base_locks::locked(const graph_step& step,
                                         std::string reference,
                                         std::string where,
                                         const std::string& platform) {
  const auto at = reference.find('@');
  if (at != reference.npos) {
    const auto pinned = pinned_reference_from(reference);
    if (!pinned) return pinned.error();
    return observed_base{reference, pinned->repository + reference.substr(at), {}, std::move(where)};
  }
  const result<std::string> path = path_for(*step.pipeline);
  if (!path) return path.error();
  const result<base_lock> lock = read(*path);
  if (!lock) return lock.error();
  const auto image = locked_image(
      *lock, reference, platform.empty() ? "linux/" + architecture_of_this_machine() : platform, *path);
  if (!image) return image.error();
  observed_base made{reference, {}, oci_text(lock->bases.at(reference).image), std::move(where)};
  made.pinned = fmt::format("{}@{}", detail::repository_in(reference), oci_text(*image));
  return made;
}

result<std::vector<observed_base>> base_locks::bases_of(const graph_step& step) {
  const auto references = references_of(step);
  if (!references) return references.error();
  std::vector<observed_base> all;
  for (const named_reference& each : *references) {
    result<observed_base> base = locked(step, each.reference, each.where, each.platform);
    if (!base) {
      error why = std::move(base).error();
      if (!each.where.empty()) why.notes.insert(why.notes.begin(), {"in", each.where});
      return engine_image_bases::at_image(std::move(why), step, each.where.empty() ? "base" : "dockerfile");
    }
    base->text = each.text;
    base->platform = each.platform;
    all.push_back(*std::move(base));
  }
  return all;
}

}  // namespace cicd
