// From a word to an image.
#pragma once

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/declare/values/image_reference.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/find_image.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/image/zip_registry.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace driver_commands_find_image {
namespace {

/// `services/orders:1.2@sha256:…` in its parts.
struct word_parts {
  std::string name, tag, environment;
  std::optional<digest> image;
};

error no_image(std::string what, const std::string& word) {
  return error{exit_class::usage, {}, std::move(what), word, {}}.with("allowed", image_words);
}

result<word_parts> parts_of(const std::string& word) {
  word_parts parts{.name = word, .tag = {}, .environment = {}, .image = {}};
  if (const std::size_t at = word.find('@'); at != word.npos) {
    const std::string behind = word.substr(at + 1);
    parts.name = word.substr(0, at);
    if (behind.starts_with("sha256:")) {
      parts.image = digest_from(behind);
      if (!parts.image) return no_image("not a digest: 64 hexadecimal digits are missing", word);
    } else {
      parts.environment = behind;
    }
  }
  const std::size_t colon = parts.name.rfind(':');
  if (colon != parts.name.npos && parts.name.find('/', colon) == parts.name.npos) {
    parts.tag = parts.name.substr(colon + 1);
    parts.name.resize(colon);
    if (!detail::is_image_tag(parts.tag)) return no_image("not a tag", word);
  }
  return parts;
}

bool names_a_host(const std::string& name) {
  const std::size_t slash = name.find('/');
  return slash != name.npos && detail::image_repository_rule::looks_like_host(name.substr(0, slash));
}

std::vector<std::string> image_names(const session& of) {
  std::vector<std::string> names;
  for (const declared_pipeline& pipeline : of.model.pipelines)
    for (const image& each : pipeline.declared.images)
      names.push_back(each.name.view() == "image" || pipeline.declared.images.size() == 1
                          ? pipeline.declared.name.str()
                          : fmt::format("{}/{}", pipeline.declared.name.view(), each.name.view()));
  return names;
}

error unknown_image(const session& of, const std::string& name, const std::string& word) {
  const std::vector<std::string> names = image_names(of);
  return error{exit_class::usage, {}, "no pipeline has such an image", word, {}}
      .with("did you mean", nearest(name, names).value_or(""))
      .with("allowed", names.empty() ? "none: no pipeline has an image" : joined(names, ", "));
}

/// The image of `<pipeline>[/<image>]`; null where there is none.
std::pair<const declared_pipeline*, const image*> declared_image(const session& of, const std::string& name) {
  const std::size_t slash = name.find('/');
  const declared_pipeline* pipeline = of.model.find(name.substr(0, slash));
  if (pipeline == nullptr) return {};
  const auto& images = pipeline->declared.images;
  const std::string wanted = slash == name.npos ? "image" : name.substr(slash + 1);
  const auto found =
      std::ranges::find_if(images, [&](const image& each) { return each.name.view() == wanted; });
  if (found != images.end()) return {pipeline, &*found};
  if (slash == name.npos && images.size() == 1) return {pipeline, &images.front()};
  return {};
}

std::set<std::string> repositories_in(const session& of) {
  std::set<std::string> all;
  for (const declared_pipeline& pipeline : of.model.pipelines)
    for (const image& each : pipeline.declared.images) all.insert(repository_of(pipeline, each));
  return all;
}

}  // namespace
}  // namespace driver_commands_find_image

image_finder::image_finder(session_request tree, surroundings around, const cancellation& cancelled)
    : tree_(std::move(tree)), around_(std::move(around)), cancelled_(cancelled) {}
image_finder::~image_finder() = default;

status image_finder::open() {
  if (of_) return {};
  or_errors<session> opened = open_session(tree_, around_);
  if (opened.errors.size() > 1) print_errors({opened.errors.begin() + 1, opened.errors.end()});
  if (!opened) return std::move(opened.errors.front());
  of_ = std::make_shared<session>(*std::move(opened.made));
  return {};
}

std::string image_finder::embedded_folder() const {
  return of_ ? of_->where.images() : around_.cache_folder() + "/images";
}

result<std::unique_ptr<image_source>> image_finder::source_of(const std::string& repository) const {
  if (is_of_zips(repository))
    return error{exit_class::usage, {}, "that is the zip of a function, and no image", repository, {}};
  if (is_embedded(repository)) return layout_source(embedded_folder() + "/" + repository);
  return registry_source(repository, around_.cache_folder() + "/layers/unfinished", around_, &cancelled_);
}

result<std::unique_ptr<registry>> image_finder::registry_of(const std::string& repository) const {
  registry_options options;
  options.embedded = embedded_folder();
  options.cancelled = &cancelled_;
  return registry_for(repository, options, around_);
}

result<seen_signatures> image_finder::signatures_of(const found_image& of) const {
  if (of.repository.empty()) return seen_signatures();
  auto in = registry_of(of.repository);
  if (!in) return std::move(in).error();
  return cicd::signatures_of(**in, of.image,
                             part_name(around_.cache_folder() + "/layers/unfinished/signatures"));
}

result<found_image> image_finder::in_layout(const std::string& word) const {
  auto [folder, tag] = layout_and_tag(word.substr(4));
  if (!folder.starts_with('/')) folder = normal_path(present_folder() + "/" + folder);
  const auto there = entry_in(oci_layout(folder), tag);
  if (!there) return there.error();
  return found_image{word, layout_source(folder), there->content, word};
}

result<found_image> image_finder::in_repository(const std::string& repository,
                                                const std::string& tag,
                                                const std::optional<digest>& image) const {
  if (!image_repository::accepts(repository))
    return driver_commands_find_image::no_image("no name of an image repository", repository);
  auto in = source_of(repository);
  if (!in) return std::move(in).error();
  if (image)
    return found_image{.said = {},
                       .in = *std::move(in),
                       .image = *image,
                       .reference = fmt::format("{}@{}", repository, oci_text(*image)),
                       .repository = repository};
  if (tag.empty())
    return driver_commands_find_image::no_image("neither a tag nor a digest says which image is meant",
                                                repository);
  auto registry = registry_of(repository);
  if (!registry) return std::move(registry).error();
  const auto there = (*registry)->resolve(tag);
  if (!there) return there.error();
  if (!*there)
    return error{exit_class::usage, {}, "the repository has no such tag", repository + ":" + tag, {}}.with(
        "try", is_embedded(repository) ? "cicd artifacts" : "skopeo list-tags docker://" + repository);
  return found_image{.said = {},
                     .in = *std::move(in),
                     .image = **there,
                     .reference = fmt::format("{}:{}@{}", repository, tag, oci_text(**there)),
                     .repository = repository};
}

result<found_image> image_finder::built(found_image found) const {
  const std::string step =
      fmt::format("{}/{}", found.pipeline->declared.name.view(), image_step_name(*found.declared));
  const std::string folder = of_->where.work(step) + "/layout";
  const auto images = oci_layout(folder).index();
  if (!images) return images.error();
  if (!*images || (*images)->size() != 1)
    return error{exit_class::usage, step, "this image was not built in this build tree yet", {}, {}}
        .with("allowed", image_words)
        .with("try", fmt::format("cicd run {}", of_->target_of_step(step)));
  found.in = layout_source(folder);
  found.image = (*images)->front().content;
  found.reference = "oci:" + folder;
  return found;
}

result<found_image> image_finder::running(found_image found, const std::string& environment) const {
  const std::string pipeline = found.pipeline->declared.name.str();
  const auto there = find_environment(of_, pipeline, environment);
  if (!there) return there.error();
  const auto release =
      there->deliveries->way_of(*there->place).look(*there->pipeline, *there->place, &cancelled_);
  if (!release) return release.error();
  const std::string subject = pipeline + "/" + environment;
  if (!release->record)
    return error{exit_class::usage, subject, "never deployed: no image runs there", {}, {}};
  const auto image = release->record->images.find(found.declared->name.str());
  if (image == release->record->images.end())
    return error{
        exit_class::usage, subject, "what runs there has no such image", found.declared->name.str(), {}};
  const std::string& reference = image->second.reference;
  const std::string repository(
      detail::repository_in(std::string_view(reference).substr(0, reference.find('@'))));
  auto in = source_of(repository);
  if (!in) return std::move(in).error();
  found.in = *std::move(in);
  found.image = image->second.manifest;
  found.reference = reference;
  found.repository = repository;
  found.place = there->place;
  return found;
}

result<found_image> image_finder::declared(const std::string& word) {
  using namespace driver_commands_find_image;
  auto parts = parts_of(word);
  if (!parts) return std::move(parts).error();
  if (names_a_host(parts->name)) {
    if (parts->environment.empty()) return in_repository(parts->name, parts->tag, parts->image);
    return no_image("a reference is followed by :<tag> or @sha256:<digest>", word);
  }
  if (status opened = open(); !opened) return std::move(opened).error();
  const auto [pipeline, image] = declared_image(*of_, parts->name);
  if (image == nullptr) {
    const std::set<std::string> repositories = repositories_in(*of_);
    if (!repositories.contains(parts->name)) return unknown_image(*of_, parts->name, word);
    if (parts->environment.empty()) return in_repository(parts->name, parts->tag, parts->image);
    return no_image("an environment is named behind a pipeline", word);
  }
  found_image found{word, nullptr, {}, {}, pipeline, image};
  if (!parts->environment.empty()) return running(std::move(found), parts->environment);
  if (parts->tag.empty() && !parts->image) return built(std::move(found));
  auto there = in_repository(repository_of(*pipeline, *image), parts->tag, parts->image);
  if (!there) return there;
  there->pipeline = pipeline;
  there->declared = image;
  return there;
}

/// One that is known by its digest alone: in the repositories of this build tree, else what it built.
result<found_image> image_finder::anywhere(const digest& image) {
  if (status opened = open(); !opened) return std::move(opened).error();
  const std::set<std::string> repositories = driver_commands_find_image::repositories_in(*of_);
  for (const declared_pipeline& pipeline : of_->model.pipelines)
    for (const cicd::image& each : pipeline.declared.images)
      if (auto here = built({{}, nullptr, {}, {}, &pipeline, &each}); here && here->image == image)
        return here;
  for (const std::string& each : repositories) {
    auto registry = registry_of(each);
    if (!registry) return std::move(registry).error();
    const auto has = (*registry)->has(image);
    if (!has) return has.error();
    if (*has) return in_repository(each, {}, image);
  }
  return error{
      exit_class::usage, {}, "no repository of this build tree has such an image", oci_text(image), {}}
      .with("asked", joined(std::vector<std::string>(repositories.begin(), repositories.end()), ", "))
      .with("try", "<repository>@" + oci_text(image));
}

result<found_image> image_finder::find(const std::string& word) {
  auto found = [&]() -> result<found_image> {
    if (word.starts_with("oci:")) return in_layout(word);
    if (word.starts_with("sha256:")) {
      if (const auto image = digest_from(word)) return anywhere(*image);
      return driver_commands_find_image::no_image("not a digest: 64 hexadecimal digits are missing", word);
    }
    return declared(word);
  }();
  if (found) found->said = word;
  return found;
}

}  // namespace cicd
