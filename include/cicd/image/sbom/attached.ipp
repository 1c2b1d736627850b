// A bill of materials as an artifact of a registry.
#pragma once

#include <cicd/image/sbom/attached.hpp>

#include <cicd/image/image_source.hpp>
#include <cicd/image/sbom/bill.hpp>
#include <cicd/image/sbom/bill_documents.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_sbom_attached {
namespace {

/// The manifest or index as it is pointed at.
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

result<oci_documents> made_of(const std::string& layout, const digest& image, const bill_reading& how) {
  const auto in = layout_source(layout);
  const auto subject = subject_of(*in, image);
  if (!subject) return subject.error();
  const auto images = see_all_platforms(*in, image);
  if (!images) return images.error();
  oci_documents all;
  for (const seen_image& each : *images) {
    const auto bill = bill_of(each, layout, how.limit, how.threads, how.cancelled);
    if (!bill)
      return error(bill.error()).with("try", "SBOM off of pipeline_image(), where it is to have none");
    const oci_documents two = documents_of(*bill, *subject);
    all.type = two.type;
    all.subject = two.subject;
    all.all.insert(all.all.end(), two.all.begin(), two.all.end());
  }
  return all;
}

}  // namespace
}  // namespace image_sbom_attached

status attach_bill(registry& to,
                   const std::string& layout,
                   const digest& image,
                   const std::string& scratch,
                   const bill_reading& how) {
  const std::string tag = bill_tag_of(image);
  const auto there = to.resolve(tag);
  if (!there) return there.error();
  if (*there) return {};
  const auto made = image_sbom_attached::made_of(layout, image, how);
  if (!made) return made.error();
  const auto written = write_documents(scratch, *made);
  auto put =
      written ? to.publish(scratch, *written, tag, true) : result<registry::published>(written.error());
  if (status removed = remove_tree(scratch); put && !removed) return removed;
  if (put) return {};
  // Another run was faster, and its own is as good.
  if (const auto now = to.resolve(tag); now && *now && put.error().kind == exit_class::conflict) return {};
  return std::move(put).error();
}

status copy_bill(registry& to, registry& from, const digest& image) {
  const auto there = from.resolve(bill_tag_of(image));
  if (!there) return there.error();
  if (!*there) return {};
  const auto kept = to.resolve(bill_tag_of(image));
  if (!kept) return kept.error();
  if (*kept) return {};
  const auto copied = to.copy(from, **there, bill_tag_of(image));
  return copied ? status{} : status(copied.error());
}

status remove_bill(registry& in, const digest& image) {
  const auto there = in.resolve(bill_tag_of(image));
  if (!there) return there.error();
  return *there ? in.remove(**there) : status{};
}

}  // namespace cicd
