// A bill of materials as an artifact of a registry.
#pragma once

#include <cicd/image/sbom/attached.hpp>

#include <cicd/image/beside.hpp>
#include <cicd/image/image_source.hpp>
#include <cicd/image/sbom/bill.hpp>
#include <cicd/image/sbom/bill_documents.hpp>

namespace cicd {

namespace image_sbom_attached {
namespace {

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
  const auto there = is_beside(to, image, beside::bill);
  if (!there) return there.error();
  if (*there) return {};
  const auto made = image_sbom_attached::made_of(layout, image, how);
  if (!made) return made.error();
  return put_beside(to, image, beside::bill, *made, scratch);
}

}  // namespace cicd
