// The registry that needs nothing.
#pragma once

#include <cicd/image/embedded_registry.hpp>

#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/image/documents.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/image.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_embedded {
namespace {

constexpr int pause_milliseconds = 20, most_pauses = 3'000;

class layouts final : public registry {
 public:
  layouts(std::string repository, const registry_options& options)
      : repository_(std::move(repository)),
        layout_(options.embedded + "/" + repository_),
        lock_(options.embedded + "/.locks/" + hex(sha256(repository_))),
        cancelled_(options.cancelled) {}

  std::string name() const override { return layout_.folder(); }

  std::string reference(const std::string& tag, const digest& image) const override {
    return fmt::format("{}:{}@{}", repository_, tag, oci_text(image));
  }

  std::string inspect_command(const std::string& tag) const override {
    const std::string& folder = layout_.folder();
    // Of a path it takes what is behind the first colon for the tag.
    if (folder.find(':') == folder.npos) return "skopeo inspect " + shell_quoted("oci:" + folder + ":" + tag);
    return fmt::format("cd {} && skopeo inspect {}", shell_quoted(folder), shell_quoted("oci:.:" + tag));
  }

  result<std::optional<digest>> resolve(const std::string& tag) override {
    if (auto right = checked_tag(tag); !right) return right.error();
    auto images = index();
    if (!images) return std::move(images).error();
    const auto* found = tagged(*images, tag);
    if (found == nullptr) return std::optional<digest>();
    if (auto right = layout_.check(*found); !right) return with_loss(right.error());
    return std::optional(found->content);
  }

  result<published> publish(const std::string& layout,
                            const digest& image,
                            const std::string& tag,
                            bool immutable) override {
    auto lock = taken_lock();
    if (!lock) return std::move(lock).error();
    auto there = resolve(tag);
    if (!there) return std::move(there).error();
    if (*there == image && image_is_whole(image)) return published{.changed = false};
    if (*there && **there != image && immutable) return immutable_tag(reference_of(tag), **there, image);
    if (auto added = add(layout, image, tag); !added) return added.error();
    auto read_back = resolve(tag);
    if (!read_back) return std::move(read_back).error();
    if (*read_back != image)
      return image_error(exit_class::corrupt, "the tag does not say what was just written",
                         reference_of(tag));
    return published{.changed = true};
  }

  result<published> tag(const digest& image, const std::string& tag) override {
    if (auto right = checked_tag(tag); !right) return right.error();
    auto lock = taken_lock();
    if (!lock) return std::move(lock).error();
    auto images = index();
    if (!images) return std::move(images).error();
    const auto* there = tagged(*images, tag);
    if (there != nullptr && there->content == image) return published{.changed = false};
    if (there != nullptr) return immutable_tag(reference_of(tag), there->content, image);
    const auto* manifest = held(*images, image);
    if (manifest == nullptr)
      return image_error(exit_class::remote, "the registry has no such image",
                         layout_.folder() + "@" + oci_text(image));
    if (auto set = set_tag(*manifest, tag); !set) return set.error();
    return published{.changed = true};
  }

  result<bool> has(const digest& image) override {
    auto images = index();
    if (!images) return std::move(images).error();
    return held(*images, image) != nullptr;
  }

  result<std::optional<oci_documents>> documents(const std::string& tag) override {
    if (auto right = checked_tag(tag); !right) return right.error();
    auto images = index();
    if (!images) return std::move(images).error();
    const auto* found = tagged(*images, tag);
    if (found == nullptr) return std::optional<oci_documents>();
    auto read = read_documents(layout_, *found);
    if (!read) return with_loss(std::move(read).error());
    return std::optional(*std::move(read));
  }

  status fetch(const digest& content, const std::string& layout) override {
    auto images = index();
    if (!images) return std::move(images).error();
    const auto* found = held(*images, content);
    if (found == nullptr)
      return image_error(exit_class::remote, "the registry has no such image",
                         layout_.folder() + "@" + oci_text(content));
    if (status gone = remove_tree(layout); !gone) return gone;
    const oci_layout to(layout);
    if (status prepared = to.prepare(); !prepared) return prepared;
    for (const digest& blob : blobs_of(layout_, *found))
      if (status taken = to.adopt(layout_.blob_path(blob), blob, durability::durable); !taken) return taken;
    return to.write_index({*found}, durability::fast);
  }

  status remove(const digest& image) override {
    auto lock = taken_lock();
    if (!lock) return std::move(lock).error();
    auto images = index();
    if (!images) return std::move(images).error();
    if (held(*images, image) == nullptr) return {};
    std::vector<oci_descriptor> kept = **images;
    std::erase_if(kept, [&](const auto& one) { return one.content == image; });
    if (auto written = layout_.write_index(kept, durability::durable); !written) return written;
    std::vector<digest> blobs;
    for (const auto& each : kept) std::ranges::copy(blobs_of(layout_, each), std::back_inserter(blobs));
    return layout_.prune(blobs);
  }

 private:
  /// What the layout holds besides images is nowhere else.
  static error with_loss(error of) {
    if (of.kind != exit_class::corrupt) return of;
    of.notes.insert(of.notes.begin(), {"it holds",
                                       "the images that were published, their tags, artifacts, yanks and "
                                       "approvals to build: without it they are lost"});
    return of;
  }

  result<std::optional<std::vector<oci_descriptor>>> index() const {
    auto images = layout_.index();
    if (!images) return with_loss(std::move(images).error());
    return images;
  }

  std::string reference_of(const std::string& tag) const { return layout_.folder() + ":" + tag; }

  static const oci_descriptor* tagged(const std::optional<std::vector<oci_descriptor>>& images,
                                      const std::string& tag) {
    if (!images) return nullptr;
    const auto found = std::ranges::find(*images, tag, &oci_descriptor::tag);
    return found == images->end() ? nullptr : &*found;
  }

  static const oci_descriptor* held(const std::optional<std::vector<oci_descriptor>>& images,
                                    const digest& image) {
    if (!images) return nullptr;
    const auto found = std::ranges::find(*images, image, &oci_descriptor::content);
    return found == images->end() ? nullptr : &*found;
  }

  /// Blobs may have been removed by hand; publishing again brings them back.
  bool image_is_whole(const digest& image) {
    auto images = index();
    const auto* found = images ? held(*images, image) : nullptr;
    if (found == nullptr) return false;
    if (holds_documents(layout_, *found).value_or(false)) return !!check_artifact(layout_, *found);
    return !!read_layout(layout_.folder(), found->tag);
  }

  result<file_lock> taken_lock() const {
    if (auto made = make_folder(lock_.substr(0, lock_.rfind('/'))); !made) return made.error();
    for (int i = 0; i < most_pauses; ++i) {
      auto lock = file_lock::try_take(lock_, fmt::format("process {}", ::getpid()));
      if (!lock) return std::move(lock).error();
      if (*lock) return *std::move(*lock);
      if (cancelled_ != nullptr && cancelled_->cancelled()) return image_cancelled();
      ::poll(nullptr, 0, pause_milliseconds);
    }
    return image_error(exit_class::conflict, "another process has been publishing there for a minute",
                       layout_.folder())
        .with("holder", file_lock::holder_of(lock_));
  }

  /// Blobs first, durably; then the tag.
  status add(const std::string& from, const digest& image, const std::string& tag) const {
    if (auto right = checked_image(from, image); !right) return right;
    const oci_layout source(from);
    auto manifest = entry_in(source, {});
    if (!manifest) return std::move(manifest).error();
    if (auto prepared = layout_.prepare(); !prepared) return prepared;
    for (const auto& blob : blobs_of(source, *manifest))
      if (auto taken = layout_.adopt(source.blob_path(blob), blob, durability::durable); !taken) return taken;
    return set_tag(*manifest, tag);
  }

  static std::vector<digest> blobs_of(const oci_layout& source, const oci_descriptor& manifest) {
    std::vector<digest> blobs;
    auto document = source.document(manifest);
    if (!document) return blobs;
    for (const auto& each : (*document)["manifests"].elements())
      if (const auto image = oci_descriptor::from(each))
        for (const digest& blob : blobs_of(source, *image)) blobs.push_back(blob);
    for (const auto& layer : (*document)["layers"].elements())
      if (const auto blob = oci_descriptor::from(layer)) blobs.push_back(blob->content);
    if (const auto config = oci_descriptor::from((*document)["config"])) blobs.push_back(config->content);
    blobs.push_back(manifest.content);
    return blobs;
  }

  status set_tag(oci_descriptor manifest, const std::string& tag) const {
    auto images = index();
    if (!images) return std::move(images).error();
    auto list = images->value_or(std::vector<oci_descriptor>());
    std::erase_if(list, [&](const auto& one) { return one.tag == tag; });
    manifest.tag = tag;
    list.push_back(std::move(manifest));
    std::ranges::sort(list, {}, &oci_descriptor::tag);
    return layout_.write_index(list, durability::durable);
  }

  std::string repository_;
  oci_layout layout_;
  std::string lock_;
  const cancellation* cancelled_;
};

}  // namespace
}  // namespace image_embedded

std::unique_ptr<registry> embedded_registry(const std::string& repository, const registry_options& options) {
  return std::make_unique<image_embedded::layouts>(repository, options);
}

error immutable_tag(const std::string& reference, const digest& there, const digest& wanted) {
  return image_error(exit_class::conflict, "the tag is immutable and says another image", reference)
      .with("there", oci_text(there))
      .with("wanted", oci_text(wanted))
      .with("try", "publish under a new version");
}

status checked_tag(const std::string& tag) {
  if (detail::is_image_tag(tag)) return {};
  return image_error(exit_class::usage, "no name of a tag", tag)
      .with("allowed", "at most 128 letters, digits, '_', '.', '-', the first no '.' or '-'");
}

status checked_image(const std::string& layout, const digest& image) {
  const oci_layout there(layout);
  digest found;
  if (auto manifest = entry_in(there, {}); manifest && holds_documents(there, *manifest).value_or(false)) {
    if (status right = check_artifact(there, *manifest); !right) return right;
    found = manifest->content;
  } else {
    auto read = read_layout(layout);
    if (!read) return std::move(read).error();
    found = read->manifest;
  }
  if (found == image) return {};
  return image_error(exit_class::corrupt, "the layout holds another image than was built", layout)
      .with("expected", oci_text(image))
      .with("found", oci_text(found));
}

}  // namespace cicd
