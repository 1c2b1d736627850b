// What a tag names, and layouts of what was fetched.
#pragma once

#include <cicd/image/base_layout.hpp>

#include <algorithm>
#include <initializer_list>
#include <tuple>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/image/staging.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace image_base_layout {
namespace {

constexpr const char* fetched_name = "/fetched.json";

/// The repository of a reference, for errors.
std::string repository_of(const std::string& reference) {
  return reference.substr(0, reference.find('@'));
}

/// The bytes of a manifest, as the registry has them.
result<std::string> raw_manifest(const skopeo& by, const std::string& reference) {
  auto got = by.ask({"inspect", "--raw", "docker://" + reference}, "/");
  if (got.refused) return by.failure_of(got, repository_of(reference));
  return std::move(got.out);
}

result<json> document_in(const std::string& text, const std::string& reference) {
  result<json> document = parse_json(text);
  if (!document || !((*document)["manifests"].is_array() || (*document)["config"].is_object()))
    return image_error(exit_class::usage, "the base is not an image", reference)
        .with("allowed", "an image or an index of images, of OCI or of Docker's schema 2");
  return document;
}

/// Of the platforms of an index those that are images of Linux; not what belongs to one, such as an
/// attestation.
std::map<std::string, digest> platforms_in(const json& index) {
  std::map<std::string, digest> all;
  for (const json& each : index["manifests"].elements()) {
    const auto image = oci_descriptor::from(each);
    if (image && each["platform"]["os"].text() == "linux")
      all.emplace(image_platform(each["platform"]), image->content);
  }
  return all;
}

/// The bytes of an image's config, as the registry has them.
result<std::string> raw_config(const skopeo& by, const std::string& reference) {
  auto got = by.ask({"inspect", "--config", "--raw", "docker://" + reference}, "/");
  if (got.refused) return by.failure_of(got, repository_of(reference));
  return std::move(got.out);
}

result<std::string> platform_of_image(const skopeo& by, const std::string& reference) {
  const auto text = raw_config(by, reference);
  if (!text) return text.error();
  const result<json> config = parse_json(*text);
  if (!config || (*config)["architecture"].text().empty())
    return image_error(exit_class::usage, "the base does not say for which platform it is", reference);
  return image_platform(*config);
}

/// The documents that lead from the digest that is wanted to what lies in the layout.
struct fetched_documents {
  std::string index, manifest;  ///< `index` empty where the digest is of the image
  std::string config{};         ///< of Docker's schema 2, which is written anew as one of OCI

  json as_json() const { return members_of("index", index, "manifest", manifest, "config", config); }
};

bool is_of_docker(const json& manifest) {
  return manifest["config"]["mediaType"].text().starts_with("application/vnd.docker.");
}

/// What Docker writes as an empty value OCI leaves out.
bool says_nothing(const json& value) {
  return value.is_null() || (value.is_string() && value.text().empty())
         || (!value.is_string() && value.elements().empty() && value.members().empty()
             && (value.is_array() || value.is_object()));
}

/// Whether a config of OCI says what one of Docker's says of all that becomes part of an image on this base.
bool is_same_config(const json& docker, const json& own) {
  const auto same = [](const json& from, const json& there, const char* key) {
    return from[key] == there[key] || (says_nothing(from[key]) && says_nothing(there[key]));
  };
  const auto all_same = [&](const json& from, const json& there, std::initializer_list<const char*> keys) {
    return std::ranges::all_of(keys, [&](const char* key) { return same(from, there, key); });
  };
  return all_same(docker, own, {"architecture", "os", "variant"})
         && same(docker["rootfs"], own["rootfs"], "diff_ids")
         && all_same(docker["config"], own["config"],
                     {"User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
                      "StopSignal"});
}

/// Whether the layout's config is that of the manifest.
bool is_config_of(const fetched_documents& documents,
                  const json& from,
                  const json& there,
                  const oci_layout& layout) {
  if (!is_of_docker(from)) return from["config"]["digest"].text() == there["config"]["digest"].text();
  if (oci_text(sha256(documents.config)) != from["config"]["digest"].text()) return false;
  const result<json> docker = parse_json(documents.config);
  const auto own = oci_descriptor::from(there["config"]);
  const result<json> config = own ? layout.document(*own) : result<json>(json());
  return docker && config && is_same_config(*docker, *config);
}

/// Whether the layers are those of the manifest. A layer that the registry had uncompressed was compressed on
/// the way, and the config says what it unpacks to.
bool has_same_layers(const json& from, const json& there) {
  const auto& layers = from["layers"].elements();
  const auto& own = there["layers"].elements();
  if (layers.size() != own.size()) return false;
  for (std::size_t at = 0; at < layers.size(); ++at)
    if (!layers[at]["mediaType"].text().ends_with("tar")
        && layers[at]["digest"].text() != own[at]["digest"].text())
      return false;
  return true;
}

bool leads_to(const fetched_documents& documents, const wanted_base& what, const std::string& folder) {
  const digest image = sha256(documents.manifest);
  if (documents.index.empty() ? image != what.image : sha256(documents.index) != what.image) return false;
  const result<json> index = documents.index.empty() ? result<json>(json()) : parse_json(documents.index);
  const result<json> manifest = parse_json(documents.manifest);
  if (!index || !manifest) return false;
  if (!documents.index.empty()) {
    const auto platforms = platforms_in(*index);
    const auto own = platforms.find(what.platform());
    if (own == platforms.end() || own->second != image) return false;
  }
  const oci_layout layout(folder);
  const auto there = manifest_in(layout, {}, what.architecture);
  const auto document = there ? layout.document(*there) : result<json>(there.error());
  return document && is_config_of(documents, *manifest, *document, layout)
         && has_same_layers(*manifest, *document);
}

std::string place_in(const std::string& folder, const wanted_base& what) {
  return fmt::format("{}/bases/{}-{}{}", folder, hex(what.image), what.architecture, what.variant);
}

/// Whether the layout holds what the digest says; its blobs are checked when they are read.
bool is_right(const std::string& folder, const wanted_base& what) {
  const auto text = read_own_file(folder + fetched_name);
  const result<json> kept = text ? parse_json(*text) : result<json>(json());
  if (!text || !kept) return false;
  return leads_to({(*kept)["index"].text(), (*kept)["manifest"].text(), (*kept)["config"].text()}, what,
                  folder);
}

/// The tag still names what was locked: what is fetched anew is what the registry gives out by now.
status check_tag(const skopeo& by, const locked_tag& locked) {
  const auto raw = raw_manifest(by, locked.reference);
  if (!raw) return raw.error();
  const digest now = sha256(*raw);
  if (now == locked.image) return {};
  return image_error(exit_class::usage, "the tag of the base names another image than cicd.lock",
                     locked.reference)
      .with("locked", oci_text(locked.image))
      .with("registry", oci_text(now))
      .with("try", fmt::format("cicd update, or BASE {}@{} for what was locked", locked.reference,
                               oci_text(locked.image)));
}

result<fetched_documents> with_config(const skopeo& by,
                                      const std::string& reference,
                                      fetched_documents documents) {
  const result<json> manifest = parse_json(documents.manifest);
  if (!manifest || !is_of_docker(*manifest)) return documents;
  auto config = raw_config(by, reference);
  if (!config) return std::move(config).error();
  documents.config = *std::move(config);
  return documents;
}

result<fetched_documents> documents_of(const skopeo& by, const wanted_base& what) {
  const auto reference = [&](const digest& of) { return what.repository + "@" + oci_text(of); };
  result<std::string> raw = raw_manifest(by, reference(what.image));
  if (!raw) return std::move(raw).error();
  const result<json> document = document_in(*raw, reference(what.image));
  if (!document) return document.error();
  if (!(*document)["manifests"].is_array())
    return with_config(by, reference(what.image), {{}, *std::move(raw)});
  const auto platforms = platforms_in(*document);
  const auto own = platforms.find(what.platform());
  if (own == platforms.end()) {
    std::vector<std::string> there;
    for (const auto& [name, content] : platforms) there.push_back(name);
    return image_error(exit_class::usage, "the base has no image for this platform: " + what.platform(),
                       reference(what.image))
        .with("allowed", joined(there, ", "));
  }
  result<std::string> manifest = raw_manifest(by, reference(own->second));
  if (!manifest) return std::move(manifest).error();
  return with_config(by, reference(own->second), {*std::move(raw), *std::move(manifest)});
}

/// Copies the image into a layout that is renamed to `to` once it is whole.
status fetch(const skopeo& by, const wanted_base& what, const layer_store& store, const std::string& to) {
  if (what.locked)
    if (status same = check_tag(by, *what.locked); !same) return same;
  const auto documents = documents_of(by, what);
  if (!documents) return documents.error();
  unfinished::sweep(store.unfinished_folder());
  auto scratch = unfinished::make(store.unfinished_folder(), entry_kind::folder);
  if (!scratch) return std::move(scratch).error();
  const std::string source =
      fmt::format("docker://{}@{}", what.repository, oci_text(sha256(documents->manifest)));
  const auto got = by.ask({"--override-os", "linux", "--override-arch", what.architecture, "copy", "--quiet",
                           "--format", "oci", source, "oci:.:base"},
                          scratch->path());
  if (got.refused) return by.failure_of(got, what.repository);
  if (!leads_to(*documents, what, scratch->path()))
    return image_error(exit_class::remote, "what was fetched is not what the digest says", source);
  if (status kept =
          write_file(scratch->path() + fetched_name, compact(documents->as_json()), durability::fast);
      !kept)
    return kept;
  if (auto removed = remove_tree(to); !removed) return removed;
  if (auto made = make_folder(to.substr(0, to.rfind('/'))); !made) return made;
  return scratch->commit(to);
}

}  // namespace
}  // namespace image_base_layout

std::string wanted_base::platform() const {
  return image_platform("linux", architecture, variant);
}

result<named_image> image_named(const skopeo& by, const std::string& reference) {
  using namespace image_base_layout;
  const auto raw = raw_manifest(by, reference);
  if (!raw) return raw.error();
  const result<json> document = document_in(*raw, reference);
  if (!document) return document.error();
  named_image made{.content = sha256(*raw), .platforms = {}};
  if ((*document)["manifests"].is_array()) {
    made.platforms = platforms_in(*document);
  } else {
    const auto platform = platform_of_image(by, reference);
    if (!platform) return platform.error();
    made.platforms.emplace(*platform, made.content);
  }
  if (made.platforms.empty())
    return image_error(exit_class::usage, "the base has no image of Linux", reference);
  return made;
}

std::optional<std::string> kept_base_layout(const wanted_base& what, const layer_store& store) {
  using namespace image_base_layout;
  for (const std::string& folder : {store.folder(), store.trusted_folder()})
    if (const std::string place = place_in(folder, what);
        !folder.empty() && store.is_own_folder(place) && is_right(place, what))
      return place;
  return std::nullopt;
}

result<std::string> base_layout_of(const wanted_base& what, const base_source& from) {
  if (auto kept = kept_base_layout(what, from.store)) return *std::move(kept);
  skopeo_options options;
  options.cancelled = from.cancelled;
  auto by = skopeo::found(from.around, std::move(options));
  if (!by) return std::move(by).error();
  std::string to = image_base_layout::place_in(from.store.folder(), what);
  if (status fetched = image_base_layout::fetch(*by, what, from.store, to); !fetched) return fetched.error();
  return to;
}

}  // namespace cicd
