// Artifacts of a registry that are about an image.
#pragma once

#include <cicd/image/beside.hpp>

#include <cicd/base/json.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

std::string tag_of(const digest& image, beside what) {
  const char* const kind = what == beside::bill ? ".sbom" : what == beside::signature ? ".sig" : ".att";
  return "sha256-" + hex(image) + kind;
}

result<bool> is_beside(registry& in, const digest& image, beside what) {
  const auto there = in.resolve(tag_of(image, what));
  if (!there) return there.error();
  return there->has_value();
}

result<oci_descriptor> subject_of(image_source& in, const digest& image) {
  auto text = in.manifest(image);
  if (!text) return std::move(text).error();
  const auto document = parse_json(*text);
  const std::string type = document ? (*document)["mediaType"].text() : std::string();
  return oci_descriptor{.media_type = type.empty() ? std::string(oci_manifest_type) : type,
                        .content = image,
                        .size = text->size(),
                        .tag = {},
                        .architecture = {}};
}

status put_beside(registry& to,
                  const digest& image,
                  beside what,
                  const oci_documents& documents,
                  const std::string& scratch) {
  const std::string tag = tag_of(image, what);
  const auto written = write_documents(scratch, documents);
  auto put =
      written ? to.publish(scratch, *written, tag, true) : result<registry::published>(written.error());
  if (status removed = remove_tree(scratch); put && !removed) return removed;
  if (put) return {};
  if (const auto now = to.resolve(tag); now && *now && put.error().kind == exit_class::conflict) return {};
  return std::move(put).error();
}

status copy_beside(registry& to, registry& from, const digest& image) {
  for (const beside what : all_beside) {
    const std::string tag = tag_of(image, what);
    const auto there = from.resolve(tag);
    if (!there) return there.error();
    if (!*there) continue;
    const auto kept = is_beside(to, image, what);
    if (!kept) return kept.error();
    if (*kept) continue;
    if (const auto copied = to.copy(from, **there, tag); !copied) return copied.error();
  }
  return {};
}

status remove_beside(registry& in, const digest& image) {
  for (const beside what : all_beside) {
    const auto there = in.resolve(tag_of(image, what));
    if (!there) return there.error();
    if (!*there) continue;
    if (status removed = in.remove(**there); !removed) return removed;
  }
  return {};
}

}  // namespace cicd
