// Zips, files and documents as objects that are written once.
#pragma once

#include <cicd/image/zip_registry.hpp>

#include <set>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/image/embedded_registry.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/object_store.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_zip_registry {
namespace {

constexpr std::string_view artifact = ".artifact";

/// JSON stands as such where that gives the same bytes again, for those who read it.
json json_of(const oci_documents& what) {
  json all(json::array{});
  for (const oci_documents::document& each : what.all) {
    result<json> content = parse_json(each.text);
    const bool is_same = content && content->is_object() && compact(*content) == each.text;
    all.push(json()
                 .set("media_type", each.media_type)
                 .set("content", is_same ? *std::move(content) : json(each.text)));
  }
  return json().set("type", what.type).set("documents", std::move(all));
}

std::optional<oci_documents> documents_from(const std::string& text) {
  const result<json> from = parse_json(text);
  if (!from || !(*from)["type"].is_string() || !(*from)["documents"].is_array()) return std::nullopt;
  oci_documents made{(*from)["type"].text(), {}};
  for (const json& each : (*from)["documents"].elements()) {
    const json& content = each["content"];
    if (!content.is_string() && !content.is_object()) return std::nullopt;
    made.all.push_back({each["media_type"].text(), content.is_string() ? content.text() : compact(content)});
  }
  return made;
}

enum class held : std::uint8_t { zips, files };

class objects final : public registry {
 public:
  objects(std::string repository, object_place at, std::unique_ptr<object_store> store, held what)
      : repository_(std::move(repository)), at_(std::move(at)), store_(std::move(store)), what_(what) {}

  std::string name() const override { return store_->address(at_.key); }
  std::string name_of(const std::string& tag) const override {
    return store_->address(tag.find('.') == tag.npos ? key_of_tag(tag) : key_of_documents(tag));
  }
  std::string reference(const std::string& tag, const digest& zip) const override {
    return fmt::format("{}:{}@{}", repository_, tag, oci_text(zip));
  }
  std::string inspect_command(const std::string&) const override {
    return store_->inspect_command(at_.key + "/");
  }

  result<std::optional<digest>> resolve(const std::string& tag) override {
    if (status right = checked_tag(tag); !right) return right.error();
    auto zip = tagged(tag);
    if (!zip || !*zip) return zip;
    const auto there = has(**zip);
    if (!there) return there.error();
    return *there ? std::move(zip) : result<std::optional<digest>>(std::optional<digest>());
  }

  result<published> publish(const std::string& layout,
                            const digest& content,
                            const std::string& tag,
                            bool) override {
    if (status right = checked_tag(tag); !right) return right.error();
    if (what_ == held::files) return publish_files(layout, content, tag);
    if (exists(layout + "/oci-layout")) return publish_documents(layout, tag);
    const std::string file = layout + at_.key.substr(at_.key.rfind('/')) + ".zip";
    const result<std::string> bytes = read_file(file);
    if (!bytes) return bytes.error();
    if (const digest found = sha256(*bytes); found != content)
      return image_error(exit_class::corrupt, "the zip is another than was made", file)
          .with("expected", oci_text(content))
          .with("found", oci_text(found));
    const auto put = store_->put_new(key_of(content), *bytes);
    if (!put) return put.error();
    auto set = set_tag(content, tag);
    if (set) set->changed = set->changed || *put;
    return set;
  }

  result<published> tag(const digest& content, const std::string& tag) override {
    if (status right = checked_tag(tag); !right) return right.error();
    const auto there = has(content);
    if (!there) return there.error();
    if (!*there) return not_there(content);
    return set_tag(content, tag);
  }

  result<bool> has(const digest& content) override { return store_->has(key_of(content)); }

  result<std::optional<oci_documents>> documents(const std::string& tag) override {
    if (status right = checked_tag(tag); !right) return right.error();
    const auto text = store_->get(key_of_documents(tag));
    if (!text) return text.error();
    if (!*text) return std::optional<oci_documents>();
    std::optional<oci_documents> made = documents_from(**text);
    if (!made)
      return image_error(exit_class::corrupt,
                         "what is written of an artifact cannot be read, and is left as it is", name_of(tag));
    return made;
  }

  status fetch(const digest& content, const std::string& layout) override {
    if (status gone = remove_tree(layout); !gone) return gone;
    const oci_layout to(layout);
    if (status prepared = to.prepare(); !prepared) return prepared;
    const auto text = store_->get(key_of(content));
    if (!text) return text.error();
    if (!*text) return not_there(content);
    const auto manifest = to.put(**text, oci_manifest_type, durability::fast);
    if (!manifest) return manifest.error();
    for (const digest& each : named_by(**text)) {
      const auto bytes = store_->get(key_of_part(content, each));
      if (!bytes) return bytes.error();
      if (!*bytes || sha256(**bytes) != each)
        return image_error(exit_class::corrupt,
                           *bytes ? "the file in the bucket is another than was published"
                                  : "a file is missing in the bucket",
                           store_->address(key_of_part(content, each)));
      if (const auto put = to.put(**bytes, {}, durability::fast); !put) return put.error();
    }
    return to.write_index({*manifest}, durability::fast);
  }

  status remove(const digest& content) override {
    const auto tags = store_->list(at_.key + "/tags/");
    if (!tags) return tags.error();
    for (const std::string& each : *tags) {
      const auto named = tagged(each.substr(each.rfind('/') + 1));
      if (!named) return named.error();
      if (*named == content)
        if (status gone = store_->remove(each); !gone) return gone;
    }
    if (what_ == held::files) {
      const auto parts = store_->list(at_.key + "/" + hex(content) + "/");
      if (!parts) return parts.error();
      for (const std::string& each : *parts)
        if (status gone = store_->remove(each); !gone) return gone;
    }
    return store_->remove(key_of(content));
  }

 private:
  std::string key_of(const digest& content) const {
    return at_.key + "/" + hex(content) + (what_ == held::zips ? ".zip" : ".json");
  }
  std::string key_of_part(const digest& manifest, const digest& part) const {
    return fmt::format("{}/{}/{}", at_.key, hex(manifest), hex(part));
  }
  error not_there(const digest& content) const {
    return image_error(exit_class::remote,
                       what_ == held::zips ? "the bucket has no such zip" : "the bucket has no such files",
                       store_->address(key_of(content)));
  }

  /// What a manifest points at, each once.
  static std::set<digest> named_by(const std::string& manifest) {
    const json document = parse_json(manifest).value_or(json());
    std::set<digest> all;
    if (const auto config = oci_descriptor::from(document["config"])) all.insert(config->content);
    for (const json& each : document["layers"].elements())
      if (const auto layer = oci_descriptor::from(each)) all.insert(layer->content);
    return all;
  }

  /// The manifest last: where it is, all is there.
  result<published> publish_files(const std::string& layout, const digest& content, const std::string& tag) {
    if (status right = checked_image(layout, content); !right) return right.error();
    const oci_layout from(layout);
    const auto manifest = read_file(from.blob_path(content));
    if (!manifest) return manifest.error();
    const auto there = has(content);
    if (!there) return there.error();
    if (!*there)
      for (const digest& each : named_by(*manifest)) {
        const auto bytes = read_file(from.blob_path(each));
        if (!bytes) return bytes.error();
        if (const auto put = store_->put_new(key_of_part(content, each), *bytes); !put) return put.error();
      }
    const auto put = *there ? result<bool>(false) : store_->put_new(key_of(content), *manifest);
    if (!put) return put.error();
    auto set = set_tag(content, tag);
    if (set) set->changed = set->changed || *put;
    return set;
  }

  std::string key_of_tag(const std::string& tag) const { return at_.key + "/tags/" + tag; }
  std::string key_of_documents(const std::string& tag) const {
    if (tag.ends_with(artifact))
      return fmt::format("{}/{}.json", at_.key, tag.substr(0, tag.size() - artifact.size()));
    return fmt::format("{}/marks/{}.json", at_.key, tag);
  }

  result<std::optional<digest>> tagged(const std::string& tag) {
    const auto text = store_->get(key_of_tag(tag));
    if (!text) return text.error();
    if (!*text) return std::optional<digest>();
    const auto zip = digest_from(trimmed(**text));
    if (!zip)
      return image_error(exit_class::corrupt, "the tag holds no digest, and is left as it is",
                         store_->address(key_of_tag(tag)));
    return zip;
  }

  result<published> set_tag(const digest& content, const std::string& tag) {
    const auto set = store_->put_new(key_of_tag(tag), oci_text(content) + "\n");
    if (!set) return set.error();
    if (*set) return published{.changed = true};
    const auto there = tagged(tag);
    if (!there) return there.error();
    if (*there != content)
      return immutable_tag(store_->address(key_of_tag(tag)), there->value_or(digest{}), content);
    return published{.changed = false};
  }

  result<published> publish_documents(const std::string& layout, const std::string& tag) {
    const oci_layout from(layout);
    const auto manifest = manifest_in(from, {}, {});
    if (!manifest) return manifest.error();
    const auto what = read_documents(from, *manifest);
    if (!what) return what.error();
    const auto put = store_->put_new(key_of_documents(tag), pretty(json_of(*what)));
    if (!put) return put.error();
    if (*put) return published{.changed = true};
    const auto there = documents(tag);
    if (!there) return there.error();
    if (*there && **there == *what) return published{.changed = false};
    return image_error(exit_class::conflict, "this is written once, and says otherwise", name_of(tag));
  }

  std::string repository_;
  object_place at_;
  std::unique_ptr<object_store> store_;
  held what_;
};

std::unique_ptr<registry> made(const std::string& repository,
                               const registry_options& options,
                               const surroundings& around,
                               held what) {
  object_place at = object_place_from(repository).value_or(object_place{});
  auto store = store_of(at, options.bucket, around, options.cancelled);
  return std::make_unique<objects>(repository, std::move(at), std::move(store), what);
}

}  // namespace
}  // namespace image_zip_registry

bool is_of_zips(const std::string& repository) {
  return object_place_from(repository).has_value();
}

std::string zip_in(const std::string& repository, const digest& zip) {
  return repository + "/" + hex(zip) + ".zip";
}

std::unique_ptr<registry> zip_registry(const std::string& repository,
                                       const registry_options& options,
                                       const surroundings& around) {
  return image_zip_registry::made(repository, options, around, image_zip_registry::held::zips);
}

std::unique_ptr<registry> file_bucket(const std::string& repository,
                                      const registry_options& options,
                                      const surroundings& around) {
  return image_zip_registry::made(repository, options, around, image_zip_registry::held::files);
}

}  // namespace cicd
