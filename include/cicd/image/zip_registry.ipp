// Zips and documents as objects that are written once.
#pragma once

#include <cicd/image/zip_registry.hpp>

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

class zips final : public registry {
 public:
  zips(std::string repository, object_place at, std::unique_ptr<object_store> store)
      : repository_(std::move(repository)), at_(std::move(at)), store_(std::move(store)) {}

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
    if (!*there)
      return image_error(exit_class::remote, "the bucket has no such zip", store_->address(key_of(content)));
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

  status remove(const digest& content) override {
    const auto tags = store_->list(at_.key + "/tags/");
    if (!tags) return tags.error();
    for (const std::string& each : *tags) {
      const auto named = tagged(each.substr(each.rfind('/') + 1));
      if (!named) return named.error();
      if (*named == content)
        if (status gone = store_->remove(each); !gone) return gone;
    }
    return store_->remove(key_of(content));
  }

 private:
  std::string key_of(const digest& zip) const { return at_.key + "/" + hex(zip) + ".zip"; }
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
};

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
  object_place at = object_place_from(repository).value_or(object_place{});
  auto store = store_of(at, options.bucket, around, options.cancelled);
  return std::make_unique<image_zip_registry::zips>(repository, std::move(at), std::move(store));
}

}  // namespace cicd
