// A bill of materials in the two formats that tools read. Pure: the same bill, the same bytes.
#pragma once

#include <string>

#include <cicd/image/documents.hpp>
#include <cicd/image/sbom/bill.hpp>

namespace cicd {

/// What kind of artifact the two are in a registry, and the media type of each.
inline constexpr const char* bill_artifact_type = "application/vnd.cicd.sbom.v1+json";
inline constexpr const char* cyclonedx_type = "application/vnd.cyclonedx+json";
inline constexpr const char* spdx_type = "application/spdx+json";

/// CycloneDX 1.6 and SPDX 2.3, JSON. Serial number and namespace are of the image's digest, times are those
/// of its config.
json cyclonedx_of(const bill_of_materials& bill);
json spdx_of(const bill_of_materials& bill);

/// Both, as an artifact about that manifest.
oci_documents documents_of(const bill_of_materials& bill, const oci_descriptor& subject);

}  // namespace cicd
