// Any registry, through skopeo.
#pragma once

#include <cicd/image/remote_registry.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/image/embedded_registry.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/manifest_api.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace image_remote {
namespace {

class remote final : public registry {
 public:
  remote(std::string repository,
         class skopeo quick,
         class skopeo patient,
         std::string scratch,
         std::unique_ptr<manifest_api> api,
         std::function<void(const std::string&)> say)
      : repository_(std::move(repository)),
        quick_(std::move(quick)),
        patient_(std::move(patient)),
        scratch_(std::move(scratch)),
        api_(std::move(api)),
        say_(std::move(say)) {}

  std::string name() const override { return repository_; }

  std::string reference(const std::string& tag, const digest& image) const override {
    return fmt::format("{}:{}@{}", repository_, tag, oci_text(image));
  }

  std::string inspect_command(const std::string& tag) const override {
    return "skopeo inspect " + shell_quoted("docker://" + tagged(tag));
  }

  result<std::optional<digest>> resolve(const std::string& tag) override { return resolved(tag, quick_); }

  result<published> publish(const std::string& layout,
                            const digest& image,
                            const std::string& tag,
                            bool immutable) override {
    auto there = resolved(tag, patient_);
    if (!there) return std::move(there).error();
    if (*there == image) return published{.changed = false};
    if (*there && immutable) return immutable_tag(tagged(tag), **there, image);
    if (auto right = checked_image(layout, image); !right) return right.error();
    if (auto pushed = push(layout, image); !pushed) return pushed.error();
    if (auto set = set_tag(layout, image, tag, immutable); !set) return set.error();
    return published{.changed = true};
  }

  result<published> tag(const digest& image, const std::string& tag) override {
    auto there = resolved(tag, patient_);
    if (!there) return std::move(there).error();
    if (*there == image) return published{.changed = false};
    if (*there) return immutable_tag(tagged(tag), **there, image);
    if (auto set = set_tag("/", image, tag, true); !set) return set.error();
    return published{.changed = true};
  }

  std::string address_of(const digest& image) const override { return pinned(image); }

  result<published> copy(const registry& from, const digest& image, const std::string& tag) override {
    const std::string source = from.address_of(image);
    if (source.empty()) return registry::copy(from, image, tag);
    auto there = resolved(tag, patient_);
    if (!there) return std::move(there).error();
    if (*there == image) return published{.changed = false};
    if (*there) return immutable_tag(tagged(tag), **there, image);
    auto present = has(image);
    if (!present) return std::move(present).error();
    if (!*present)
      if (auto taken = take(source, from.name(), image); !taken) return std::move(taken).error();
    if (auto set = set_tag("/", image, tag, true); !set) return std::move(set).error();
    return published{.changed = true};
  }

  result<bool> has(const digest& image) override {
    if (api_ != nullptr)
      if (const auto known = api_->read(oci_text(image)); known.is_known)
        return known.text && sha256(*known.text) == image;
    const auto got = quick_.ask({"inspect", "--raw", pinned(image)}, "/", std::chrono::seconds(30));
    if (got.refused == registry_refusal::absent) return false;
    if (got.refused) return quick_.failure_of(got, repository_);
    return sha256(got.out) == image;
  }

  result<std::optional<oci_documents>> documents(const std::string& tag) override {
    auto there = resolved(tag, quick_);
    if (!there) return std::move(there).error();
    if (!*there) return std::optional<oci_documents>();
    const std::string layout = part_name(scratch_ + "/documents");
    auto read = copied_here(**there, layout);
    if (auto removed = remove_tree(layout); read && !removed) return removed.error();
    if (!read) return std::move(read).error();
    return std::optional(*std::move(read));
  }

  status fetch(const digest& content, const std::string& layout) override {
    if (status gone = remove_tree(layout); !gone) return gone;
    const auto taken = taken_here(content, layout);
    return taken ? status() : status(taken.error());
  }

  status remove(const digest& image) override {
    const auto got = patient_.ask({"delete", pinned(image)}, "/", std::chrono::seconds(60));
    if (got.refused && got.refused != registry_refusal::absent) return patient_.failure_of(got, repository_);
    return {};
  }

 private:
  std::string tagged(const std::string& tag) const { return repository_ + ":" + tag; }
  std::string pinned(const digest& image) const {
    return fmt::format("docker://{}@{}", repository_, oci_text(image));
  }

  void tell(const std::string& line) const {
    if (say_) say_(line);
  }

  result<std::optional<digest>> resolved(const std::string& tag, const class skopeo& by) const {
    if (auto right = checked_tag(tag); !right) return right.error();
    if (api_ != nullptr)
      if (const auto known = api_->read(tag); known.is_known)
        return known.text ? std::optional(sha256(*known.text)) : std::nullopt;
    const auto got = by.ask({"inspect", "--raw", "docker://" + tagged(tag)}, "/", std::chrono::seconds(30));
    if (got.refused == registry_refusal::absent) return std::optional<digest>();
    if (got.refused) return by.failure_of(got, repository_);
    return std::optional(sha256(got.out));
  }

  /// By digest; what skopeo says last tells which of both registries refused.
  status take(const std::string& source, const std::string& name, const digest& image) {
    tell(fmt::format("copying {} from {}", oci_text(image), name));
    const auto got = patient_.ask(
        {"--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests", source, pinned(image)}, "/");
    if (got.refused) {
      const bool is_of_source = got.reason.find("nitializing source") != std::string::npos
                                || got.reason.find("reading blob") != std::string::npos
                                || got.reason.find("reading manifest") != std::string::npos;
      return patient_.failure_of(got, is_of_source ? name : repository_);
    }
    const auto present = has(image);
    if (!present) return present.error();
    if (*present) return {};
    return image_error(exit_class::corrupt, "the registry does not have what was copied to it",
                       fmt::format("{}@{}", repository_, oci_text(image)));
  }

  /// By its digest, as an OCI layout.
  result<oci_descriptor> taken_here(const digest& manifest, const std::string& layout) const {
    if (auto made = make_folder(layout); !made) return made.error();
    const auto got = patient_.ask(
        {"--insecure-policy", "copy", "--quiet", "--preserve-digests", pinned(manifest), "oci:."}, layout);
    if (got.refused) return patient_.failure_of(got, repository_);
    const oci_layout copy(layout);
    auto images = copy.index();
    if (!images) return std::move(images).error();
    const bool is_that = *images && (*images)->size() == 1 && (*images)->front().content == manifest;
    if (!is_that)
      return image_error(exit_class::corrupt, "the registry gave another manifest than it named",
                         fmt::format("{}@{}", repository_, oci_text(manifest)));
    return (*images)->front();
  }

  /// A copy is read, since skopeo shows no layers.
  result<oci_documents> copied_here(const digest& manifest, const std::string& layout) const {
    const auto taken = taken_here(manifest, layout);
    if (!taken) return taken.error();
    return read_documents(oci_layout(layout), *taken);
  }

  status push(const std::string& layout, const digest& image) const {
    tell("pushing " + oci_text(image));
    const auto got = patient_.ask(
        {"--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests", "oci:.", pinned(image)},
        layout);
    if (got.refused) return patient_.failure_of(got, repository_);
    return {};
  }

  /// Just before it is set the tag is looked at once more, and read back after it: registries know no
  /// compare-and-swap.
  status set_tag(const std::string& layout,
                 const digest& image,
                 const std::string& tag,
                 bool immutable) const {
    auto before = resolved(tag, patient_);
    if (!before) return std::move(before).error();
    if (*before && **before != image && immutable) return immutable_tag(tagged(tag), **before, image);
    tell("tagging " + tagged(tag));
    if (tags_by_request(image, tag)) return read_back(image, tag);
    const auto got = patient_.ask({"--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests",
                                   pinned(image), "docker://" + tagged(tag)},
                                  layout);
    if (got.refused == registry_refusal::immutable) return read_back(image, tag);
    if (got.refused) return patient_.failure_of(got, repository_);
    return read_back(image, tag);
  }

  /// The manifest once more, under the tag.
  bool tags_by_request(const digest& image, const std::string& tag) const {
    if (api_ == nullptr) return false;
    const auto manifest = api_->read(oci_text(image));
    return manifest.text && sha256(*manifest.text) == image && api_->write(tag, *manifest.text);
  }

  status read_back(const digest& image, const std::string& tag) const {
    auto there = resolved(tag, patient_);
    if (!there) return std::move(there).error();
    if (*there == image) return {};
    return image_error(exit_class::conflict, "another process moved the tag while it was published",
                       tagged(tag))
        .with("there", *there ? oci_text(**there) : "nothing")
        .with("wanted", oci_text(image));
  }

  std::string repository_;
  class skopeo quick_, patient_;
  std::string scratch_;
  std::unique_ptr<manifest_api> api_;  ///< null: skopeo alone
  std::function<void(const std::string&)> say_;
};

}  // namespace
}  // namespace image_remote

result<std::unique_ptr<registry>> remote_registry(const std::string& repository,
                                                  const registry_options& options,
                                                  const surroundings& around) {
  skopeo_options how;
  how.cancelled = options.cancelled;
  how.say = options.say;
  how.patience = options.patience;
  auto patient = skopeo::found(around, how);
  if (!patient) return std::move(patient).error();
  how.patience = std::min(how.patience, std::chrono::milliseconds(1'000));
  auto quick = skopeo::found(around, how);
  if (!quick) return std::move(quick).error();
  return std::unique_ptr<registry>(std::make_unique<image_remote::remote>(
      repository, *std::move(quick), *std::move(patient), options.embedded + "/.read",
      manifest_api::of(repository, around, options.cancelled), options.say));
}

}  // namespace cicd
