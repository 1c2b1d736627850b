// The two artifacts, as cosign lays them beside an image, and the layout that it verifies.
#pragma once

#include <cicd/image/signature/signed_image.hpp>

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/image/documents.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_signature_signed_image {
namespace {

constexpr const char* signature_artifact = "application/vnd.dev.cosign.artifact.sig.v1+json";
constexpr const char* provenance_artifact = "application/vnd.dev.cosign.artifact.att.v1+json";
constexpr const char* payload_type = "application/vnd.dev.cosign.simplesigning.v1+json";
constexpr const char* envelope_type = "application/vnd.dsse.envelope.v1+json";
constexpr const char* signature_key = "dev.cosignproject.cosign/signature";
constexpr const char* certificate_key = "dev.sigstore.cosign/certificate";
constexpr const char* log_key = "dev.sigstore.cosign/bundle";
constexpr std::uint64_t largest = 16U << 20U;

/// What is signed of an image: "simple signing", as cosign reads it.
std::string payload_of(const std::string& repository, const digest& image) {
  json critical = members_of("identity", members_of("docker-reference", repository), "image",
                             members_of("docker-manifest-digest", oci_text(image)), "type",
                             "cosign container image signature");
  return compact(members_of("critical", std::move(critical), "optional", json()));
}

oci_documents documents_of(const char* artifact,
                           oci_documents::document one,
                           const made_signature& by,
                           const oci_descriptor& subject) {
  if (!by.certificate.empty()) one.annotations.emplace_back(certificate_key, by.certificate);
  if (!by.log_entry.empty() && by.log_entry != "null") one.annotations.emplace_back(log_key, by.log_entry);
  oci_documents made{.type = artifact, .all = {std::move(one)}};
  made.subject = subject;
  return made;
}

/// A manifest beside an image, and its layers: also one whose config is that of an image, as cosign writes
/// it.
struct taken_artifact {
  oci_descriptor manifest;
  json says;
  struct layer {
    std::string text;
    json annotations;
  };
  std::vector<layer> layers;
};

result<taken_artifact> take(registry& in, const digest& manifest, const std::string& folder) {
  if (status taken = in.fetch(manifest, folder); !taken) return std::move(taken).error();
  const oci_layout layout(folder);
  const auto entry = entry_in(layout, {});
  if (!entry) return entry.error();
  taken_artifact made{.manifest = *entry, .says = {}, .layers = {}};
  auto says = layout.document(*entry);
  if (!says) return std::move(says).error();
  made.says = *std::move(says);
  for (const json& each : made.says["layers"].elements()) {
    const auto layer = oci_descriptor::from(each);
    if (!layer || layer->size > largest)
      return image_error(exit_class::corrupt, "what lies beside the image is not a signature",
                         in.name() + "@" + oci_text(manifest));
    if (status right = layout.check(*layer); !right) return std::move(right).error();
    auto text = read_file(layout.blob_path(layer->content));
    if (!text) return std::move(text).error();
    made.layers.push_back({*std::move(text), each["annotations"]});
  }
  return made;
}

/// An entry of the index that cosign reads, by its annotation.
json entry_of(const oci_descriptor& of, const std::string& kind) {
  return of.as_json().set("annotations", members_of("kind", "dev.cosignproject.cosign/" + kind));
}

/// The layout that cosign verifies: the image's manifest alone, and what lies beside it.
status write_signed_layout(const std::string& folder,
                           const oci_descriptor& image,
                           const std::string& manifest,
                           const std::vector<std::pair<std::string, taken_artifact>>& artifacts) {
  const oci_layout to(folder);
  if (status prepared = to.prepare(); !prepared) return prepared;
  if (const auto put = to.put(manifest, image.media_type, durability::fast); !put) return put.error();
  const std::string kind = image.media_type.find("index") != std::string::npos
                                   || image.media_type.find("list") != std::string::npos
                               ? "imageIndex"
                               : "image";
  json entries = list_of(entry_of(image, kind));
  for (const auto& [name, artifact] : artifacts) {
    const auto put = to.put(compact(artifact.says), oci_manifest_type, durability::fast);
    if (!put) return put.error();
    for (const taken_artifact::layer& each : artifact.layers)
      if (const auto layer = to.put(each.text, payload_type, durability::fast); !layer) return layer.error();
    entries.push(entry_of(*put, name));
  }
  return write_file(folder + "/index.json",
                    compact(members_of("schemaVersion", 2, "manifests", std::move(entries))),
                    durability::fast);
}

/// The digest under a tag beside the image, taken to `folder`; nothing where there is no such tag.
result<std::optional<taken_artifact>> taken(registry& in,
                                            const digest& image,
                                            beside what,
                                            const std::string& folder) {
  const auto there = in.resolve(tag_of(image, what));
  if (!there) return there.error();
  if (!*there) return std::optional<taken_artifact>();
  auto made = take(in, **there, folder);
  if (!made) return std::move(made).error();
  return std::optional(*std::move(made));
}

/// That of what was verified which is ours, else the first.
std::optional<told_provenance> told_in(const std::string& envelopes) {
  std::optional<told_provenance> first;
  for (const std::string& line : split(envelopes, '\n')) {
    const auto told = provenance_in(line);
    if (!told) continue;
    if (told->build_type == provenance_build_type) return *told;
    if (!first) first = *told;
  }
  return first;
}

result<signature_state> verified_state(image_source& images,
                                       registry& in,
                                       const digest& image,
                                       const cosign& by,
                                       const trusted_signer& signer,
                                       const std::string& scratch) {
  using lack = signature_state::lack;
  std::vector<std::pair<std::string, taken_artifact>> artifacts;
  for (const beside what : {beside::signature, beside::provenance}) {
    auto found = taken(in, image, what, scratch + "/taken");
    if (!found) return std::move(found).error();
    if (!*found)
      return signature_state{.is = what == beside::signature ? lack::unsigned_ : lack::no_provenance};
    artifacts.emplace_back(what == beside::signature ? "sigs" : "atts", **std::move(found));
  }
  const auto manifest = images.manifest(image);
  if (!manifest) return manifest.error();
  const auto subject = subject_of(images, image);
  if (!subject) return subject.error();
  const std::string layout = scratch + "/signed";
  if (status written = write_signed_layout(layout, *subject, *manifest, artifacts); !written)
    return std::move(written).error();
  const auto signature = by.verify(layout, false, signer);
  if (!signature) return signature.error();
  if (signature->why) return signature_state{.is = lack::signature, .says = *signature->why};
  const auto provenance = by.verify(layout, true, signer);
  if (!provenance) return provenance.error();
  if (provenance->why) return signature_state{.is = lack::provenance, .says = *provenance->why};
  return signature_state{.is = lack::none, .says = {}, .told = told_in(provenance->out)};
}

}  // namespace
}  // namespace image_signature_signed_image

result<bool> is_signed(registry& in, const digest& image) {
  for (const beside what : {beside::signature, beside::provenance}) {
    auto there = is_beside(in, image, what);
    if (!there || !*there) return there;
  }
  return true;
}

status attach_signature(registry& to,
                        const std::string& layout,
                        const digest& image,
                        const in_toto_statement& about,
                        const cosign& by,
                        const signing_key* key,
                        const std::string& scratch) {
  using namespace image_signature_signed_image;
  const auto in = layout_source(layout);
  const auto subject = subject_of(*in, image);
  if (!subject) return subject.error();
  const auto has_provenance = is_beside(to, image, beside::provenance);
  if (!has_provenance) return has_provenance.error();
  if (!*has_provenance) {
    const auto made = by.sign_statement(about, key, scratch);
    if (!made) return made.error();
    oci_documents::document one;
    one.media_type = envelope_type;
    one.text = made->signature;
    one.annotations = {{signature_key, ""}, {"predicateType", std::string(provenance_type)}};
    if (status put = put_beside(to, image, beside::provenance,
                                documents_of(provenance_artifact, std::move(one), *made, *subject), scratch);
        !put)
      return put;
  }
  const auto has_signature = is_beside(to, image, beside::signature);
  if (!has_signature) return has_signature.error();
  if (*has_signature) return {};
  oci_documents::document one;
  one.media_type = payload_type;
  one.text = payload_of(about.subject, image);
  const auto made = by.sign(one.text, key, scratch);
  if (!made) return made.error();
  one.annotations = {{signature_key, made->signature}};
  return put_beside(to, image, beside::signature,
                    documents_of(signature_artifact, std::move(one), *made, *subject), scratch);
}

result<signature_state> state_of_signature(image_source& images,
                                           registry& in,
                                           const digest& image,
                                           const cosign& by,
                                           const trusted_signer& signer,
                                           const std::string& scratch) {
  if (status made = make_folder(scratch); !made) return std::move(made).error();
  auto state = image_signature_signed_image::verified_state(images, in, image, by, signer, scratch);
  if (status removed = remove_tree(scratch); state && !removed) return std::move(removed).error();
  return state;
}

result<seen_signatures> signatures_of(registry& in, const digest& image, const std::string& scratch) {
  using namespace image_signature_signed_image;
  seen_signatures seen;
  const auto read = [&]() -> status {
    const auto signature = taken(in, image, beside::signature, scratch);
    if (!signature) return signature.error();
    if (*signature)
      for (const taken_artifact::layer& each : (*signature)->layers)
        ++(each.annotations[certificate_key].text().empty() ? seen.by_key : seen.by_certificate);
    const auto provenance = taken(in, image, beside::provenance, scratch);
    if (!provenance) return provenance.error();
    if (*provenance)
      for (const taken_artifact::layer& each : (*provenance)->layers)
        if (const auto told = provenance_in(each.text); told && !seen.provenance) seen.provenance = *told;
    return {};
  };
  status done = read();
  if (status removed = remove_tree(scratch); done && !removed) done = std::move(removed);
  if (!done) return std::move(done).error();
  return seen;
}

}  // namespace cicd
