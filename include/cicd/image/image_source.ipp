// Reading the documents of an image that is there.
#pragma once

#include <cicd/image/image_source.hpp>

#include <chrono>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/image_config.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/image/staging.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_image_source {
namespace {

constexpr std::string_view docker_index = "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr std::string_view docker_config = "application/vnd.docker.container.image.v1+json";

error not_what_it_says(const std::string& where, const digest& wanted) {
  return image_error(exit_class::corrupt, "a document of the image is not what its digest says",
                     where + "@" + oci_text(wanted));
}

class of_layout final : public image_source {
 public:
  explicit of_layout(std::string folder) : layout_(std::move(folder)) {}

  std::string name() const override { return "oci:" + layout_.folder(); }

  result<std::string> manifest(const digest& of) override {
    auto text = read_below_if_there(layout_.folder(), "blobs/sha256/" + hex(of));
    if (!text) return std::move(text).error();
    if (!*text)
      return image_error(exit_class::usage, "the layout has no such image", name() + "@" + oci_text(of));
    if (sha256(**text) != of) return not_what_it_says(name(), of);
    return **std::move(text);
  }
  result<std::string> config(const digest&, const oci_descriptor& config) override {
    return manifest(config.content);
  }
  result<std::string> layout(const digest&) override { return layout_.folder(); }

 private:
  oci_layout layout_;
};

class of_registry final : public image_source {
 public:
  of_registry(std::string repository, class skopeo by, std::string scratch)
      : repository_(std::move(repository)), skopeo_(std::move(by)), scratch_(std::move(scratch)) {}

  std::string name() const override { return repository_; }

  result<std::string> manifest(const digest& of) override {
    auto got = asked({"inspect", "--raw", pinned(of)});
    if (got && sha256(*got) != of) return not_what_it_says(repository_, of);
    return got;
  }
  result<std::string> config(const digest& manifest, const oci_descriptor& config) override {
    auto got = asked({"inspect", "--raw", "--config", pinned(manifest)});
    if (got && sha256(*got) != config.content) return not_what_it_says(repository_, config.content);
    return got;
  }
  result<std::string> layout(const digest& manifest) override {
    unfinished::sweep(scratch_);
    auto made = unfinished::make(scratch_, entry_kind::folder);
    if (!made) return std::move(made).error();
    const auto got = skopeo_.ask(
        {"--insecure-policy", "copy", "--quiet", "--preserve-digests", pinned(manifest), "oci:.:image"},
        made->path());
    if (got.refused) return skopeo_.failure_of(got, repository_);
    brought_.push_back(*std::move(made));
    return brought_.back().path();
  }

 private:
  std::string pinned(const digest& of) const {
    return fmt::format("docker://{}@{}", repository_, oci_text(of));
  }
  result<std::string> asked(const std::vector<std::string>& words) const {
    const auto got = skopeo_.ask(words, "/", std::chrono::seconds(60));
    if (got.refused) return skopeo_.failure_of(got, repository_);
    return got.out;
  }

  std::string repository_;
  class skopeo skopeo_;
  std::string scratch_;
  std::vector<unfinished> brought_;
};

result<json> document_of(const std::string& text, const image_source& in, const digest& of) {
  auto read = parse_json(text);
  if (!read || !read->is_object())
    return image_error(exit_class::corrupt, "a document of the image is not JSON",
                       in.name() + "@" + oci_text(of));
  return read;
}

/// A manifest or an index.
struct read_document {
  std::uint64_t size = 0;
  json says;
};

result<read_document> document_at(image_source& in, const digest& of) {
  auto text = in.manifest(of);
  if (!text) return std::move(text).error();
  auto says = document_of(*text, in, of);
  if (!says) return std::move(says).error();
  return read_document{text->size(), *std::move(says)};
}

bool is_index(const json& document) {
  const std::string type = document["mediaType"].text();
  return type == oci_index_type || type == docker_index || (type.empty() && document["manifests"].is_array());
}

/// Images of other kinds are artifacts: what an index attests of its images, an SBOM.
bool is_image(const json& descriptor) {
  return descriptor["platform"]["os"].text() != "unknown";
}

std::vector<std::string> history_of(const json& config, std::size_t layers) {
  std::vector<std::string> made;
  for (const json& step : config["history"].elements())
    if (!step["empty_layer"].boolean()) made.push_back(step["created_by"].text());
  made.resize(layers);
  return made;
}

result<seen_image> of_manifest(image_source& in, const digest& manifest, const read_document& from) {
  const json& document = from.says;
  seen_image seen;
  seen.named = seen.manifest = manifest;
  seen.manifest_size = from.size;
  const auto config = oci_descriptor::from(document["config"]);
  const std::string kind = document["config"]["mediaType"].text();
  if (!config || (kind != oci_config_type && kind != docker_config))
    return image_error(exit_class::usage, "not an image", in.name() + "@" + oci_text(manifest))
        .with("it holds", kind.empty() ? "a manifest without a config" : kind);
  seen.config_blob = *config;
  for (const json& each : document["layers"].elements()) {
    auto layer = oci_descriptor::from(each);
    if (!layer)
      return image_error(exit_class::corrupt, "a layer without digest or size",
                         in.name() + "@" + oci_text(manifest));
    seen.layers.push_back(*std::move(layer));
  }
  auto said = in.config(manifest, *config);
  if (!said) return std::move(said).error();
  auto read = document_of(*said, in, config->content);
  if (!read) return std::move(read).error();
  seen.config = *std::move(read);
  seen.made_by = history_of(seen.config, seen.layers.size());
  return seen;
}

result<seen_image> see_manifest(image_source& in, const digest& manifest) {
  const auto document = document_at(in, manifest);
  return document ? of_manifest(in, manifest, *document) : document.error();
}

struct platform_entry {
  std::string platform;
  digest manifest;
};

std::vector<platform_entry> platforms_of(const json& index) {
  std::vector<platform_entry> all;
  for (const json& each : index["manifests"].elements())
    if (const auto manifest = digest_from(each["digest"].text()); manifest && is_image(each))
      all.push_back({image_platform(each["platform"]), *manifest});
  return all;
}

std::vector<std::string> names_of(const std::vector<platform_entry>& all) {
  std::vector<std::string> names;
  for (const platform_entry& each : all) names.push_back(each.platform);
  return names;
}

result<platform_entry> chosen(const std::vector<platform_entry>& all,
                              const std::string& platform,
                              const std::string& shown) {
  std::string wanted = platform.empty() ? "linux/" + architecture_of_this_machine() : platform;
  if (wanted.starts_with("linux/arm64/")) wanted = "linux/arm64";
  for (const platform_entry& each : all)
    if (each.platform == wanted) return each;
  for (const platform_entry& each : all)
    if (each.platform.starts_with(wanted + "/")) return each;
  if (platform.empty() && !all.empty()) return all.front();
  const std::vector<std::string> names = names_of(all);
  return image_error(exit_class::usage, "the image is not there for this platform", wanted)
      .with("image", shown)
      .with("did you mean", nearest(wanted, names).value_or(""))
      .with("allowed", names.empty() ? "none: the index is empty" : joined(names, ", "));
}

}  // namespace
}  // namespace image_image_source

std::unique_ptr<image_source> layout_source(const std::string& folder) {
  return std::make_unique<image_image_source::of_layout>(folder);
}

result<std::unique_ptr<image_source>> registry_source(const std::string& repository,
                                                      const std::string& scratch,
                                                      const surroundings& around,
                                                      const cancellation* cancelled) {
  skopeo_options options;
  options.cancelled = cancelled;
  options.patience = std::chrono::milliseconds(1'000);
  auto by = skopeo::found(around, std::move(options));
  if (!by) return std::move(by).error();
  return std::unique_ptr<image_source>(
      std::make_unique<image_image_source::of_registry>(repository, *std::move(by), scratch));
}

std::uint64_t seen_image::size() const {
  std::uint64_t all = manifest_size + config_blob.size;
  for (const oci_descriptor& each : layers) all += each.size;
  return all;
}

result<seen_image> see_image(image_source& in, const digest& image, const std::string& platform) {
  using namespace image_image_source;
  const auto document = document_at(in, image);
  if (!document) return document.error();
  if (!is_index(document->says)) {
    auto seen = of_manifest(in, image, *document);
    if (!seen || platform.empty()) return seen;
    const auto fits = chosen({{seen->platform(), image}}, platform, in.name() + "@" + oci_text(image));
    return fits ? std::move(seen) : fits.error();
  }
  const std::vector<platform_entry> all = platforms_of(document->says);
  const auto one = chosen(all, platform, in.name() + "@" + oci_text(image));
  if (!one) return one.error();
  auto seen = see_manifest(in, one->manifest);
  if (!seen) return seen;
  seen->named = image;
  seen->platforms = names_of(all);
  return seen;
}

result<std::vector<seen_image>> see_all_platforms(image_source& in, const digest& image) {
  using namespace image_image_source;
  const auto document = document_at(in, image);
  if (!document) return document.error();
  std::vector<seen_image> all;
  if (!is_index(document->says)) {
    auto seen = of_manifest(in, image, *document);
    if (!seen) return std::move(seen).error();
    all.push_back(*std::move(seen));
    return all;
  }
  const std::vector<platform_entry> entries = platforms_of(document->says);
  for (const platform_entry& each : entries) {
    auto seen = see_manifest(in, each.manifest);
    if (!seen) return std::move(seen).error();
    seen->named = image;
    seen->platforms = names_of(entries);
    all.push_back(*std::move(seen));
  }
  return all;
}

}  // namespace cicd
