// CycloneDX 1.6 and SPDX 2.3.
#pragma once

#include <cicd/image/sbom/bill_documents.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>

namespace cicd {

namespace image_sbom_bill_documents {
namespace {

constexpr const char* nothing_said = "NOASSERTION";

/// A UUID of a digest and what it is for, of version 8 (RFC 9562).
std::string uuid_of(const digest& image, std::string_view purpose) {
  std::string digits = hex(sha256(std::string(purpose) + " " + hex(image))).substr(0, 32);
  digits[12] = '8';
  digits[16] = "89ab"[static_cast<unsigned char>(digits[16]) % 4];
  return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                     digits.substr(16, 4), digits.substr(20));
}

sbom_component image_component(const bill_of_materials& bill) {
  return {.kind = component_kind::application,
          .type = "oci",
          .space = {},
          .name = bill.title,
          .version = oci_text(bill.image),
          .qualifiers = {{"arch", bill.architecture}}};
}

/// A time as both formats take it: of whole seconds, UTC.
std::string second_of(const std::string& created) {
  const bool is_time =
      created.size() >= 20 && created[4] == '-' && created[10] == 'T' && created.ends_with('Z');
  return is_time ? created.substr(0, 19) + "Z" : std::string("1970-01-01T00:00:00Z");
}

// --- CycloneDX ---

const char* cyclonedx_word(component_kind kind) {
  switch (kind) {
    case component_kind::application: return "application";
    case component_kind::platform: return "platform";
    case component_kind::operating_system: return "operating-system";
    case component_kind::library: break;
  }
  return "library";
}

json cyclonedx_component(const sbom_component& of) {
  json one = members_of("type", cyclonedx_word(of.kind), "bom-ref", reference_of(of));
  if (!of.space.empty() && of.type != "deb" && of.type != "apk") one.set("group", of.space);
  one.set("name", of.name);
  if (!of.version.empty()) one.set("version", of.version);
  if (of.content) one.set("hashes", list_of(members_of("alg", "SHA-256", "content", hex(of.content))));
  if (!of.license.empty())
    one.set("licenses", list_of(members_of("license", members_of("name", of.license))));
  if (const std::string url = package_url_of(of); !url.empty()) one.set("purl", url);
  json places(json::array{});
  for (const std::string& each : of.places) places.push(members_of("location", "/" + each));
  if (!of.places.empty()) one.set("evidence", members_of("occurrences", std::move(places)));
  return one;
}

// --- SPDX ---

/// Letters, digits, `.` and `-` alone; the digest tells two that are spelled alike from each other.
std::string spdx_id(const std::string& reference, const std::string& name) {
  std::string plain;
  for (const char c : name)
    plain += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ? c : '-';
  return fmt::format("SPDXRef-{}-{}", plain, hex(sha256(reference)).substr(0, 12));
}

const char* spdx_word(component_kind kind) {
  switch (kind) {
    case component_kind::application: return "APPLICATION";
    case component_kind::platform: return "FRAMEWORK";
    case component_kind::operating_system: return "OPERATING-SYSTEM";
    case component_kind::library: break;
  }
  return "LIBRARY";
}

json spdx_package(const sbom_component& of, const std::string& id, const char* purpose) {
  json one = members_of("SPDXID", id, "name",
                        of.space.empty() || of.type == "deb" || of.type == "apk"
                            ? of.name
                            : of.space + (of.type == "maven" ? ":" : "/") + of.name);
  if (!of.version.empty()) one.set("versionInfo", of.version);
  one.set("downloadLocation", nothing_said).set("filesAnalyzed", false);
  if (of.content)
    one.set("checksums", list_of(members_of("algorithm", "SHA256", "checksumValue", hex(of.content))));
  one.set("licenseConcluded", nothing_said).set("licenseDeclared", nothing_said);
  if (!of.license.empty()) one.set("licenseComments", "The package says: " + of.license);
  one.set("copyrightText", nothing_said).set("primaryPackagePurpose", purpose);
  if (const std::string url = package_url_of(of); !url.empty())
    one.set("externalRefs", list_of(members_of("referenceCategory", "PACKAGE-MANAGER", "referenceType",
                                               "purl", "referenceLocator", url)));
  if (!of.places.empty()) {
    std::vector<std::string> places;
    for (const std::string& each : of.places) places.push_back("/" + each);
    one.set("sourceInfo", "in the image: " + joined(places, ", "));
  }
  return one;
}

json relationship(const std::string& from, const char* kind, const std::string& to) {
  return members_of("spdxElementId", from, "relationshipType", kind, "relatedSpdxElement", to);
}

/// The distribution is one of the components.
std::vector<sbom_component> all_of(const bill_of_materials& bill) {
  std::vector<sbom_component> all = bill.components;
  if (!bill.system.name.empty()) all.push_back(bill.system);
  return all;
}

}  // namespace
}  // namespace image_sbom_bill_documents

json cyclonedx_of(const bill_of_materials& bill) {
  using namespace image_sbom_bill_documents;
  const sbom_component image = image_component(bill);
  json self = cyclonedx_component(image);
  self.set("type", "container");
  json components(json::array{}), dependencies(json::array{});
  std::vector<std::string> direct;
  for (const sbom_component& each : all_of(bill)) {
    components.push(cyclonedx_component(each));
    direct.push_back(reference_of(each));
    if (!each.linked.empty())
      dependencies.push(members_of("ref", reference_of(each), "dependsOn",
                                   json_texts({each.linked.begin(), each.linked.end()})));
  }
  dependencies.push(members_of("ref", reference_of(image), "dependsOn", json_texts(direct)));
  json document = members_of("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat",
                             "CycloneDX", "specVersion", "1.6", "serialNumber",
                             "urn:uuid:" + uuid_of(bill.image, "CycloneDX"), "version", 1);
  document.set("metadata", members_of("timestamp", second_of(bill.created), "tools",
                                      members_of("components",
                                                 list_of(members_of("type", "application", "name", "cicd"))),
                                      "component", std::move(self)));
  document.set("components", std::move(components));
  return document.set("dependencies", std::move(dependencies));
}

json spdx_of(const bill_of_materials& bill) {
  using namespace image_sbom_bill_documents;
  const sbom_component image = image_component(bill);
  const std::string root = spdx_id(reference_of(image), image.name);
  json packages(json::array{}), relationships(json::array{});
  packages.push(spdx_package(image, root, "CONTAINER"));
  relationships.push(relationship("SPDXRef-DOCUMENT", "DESCRIBES", root));
  std::map<std::string, std::string> ids;
  const std::vector<sbom_component> all = all_of(bill);
  for (const sbom_component& each : all) ids[reference_of(each)] = spdx_id(reference_of(each), each.name);
  for (const sbom_component& each : all) {
    const std::string id = ids[reference_of(each)];
    packages.push(spdx_package(each, id, spdx_word(each.kind)));
    relationships.push(relationship(root, "CONTAINS", id));
    for (const std::string& linked : each.linked)
      if (const auto of = ids.find(linked); of != ids.end())
        relationships.push(relationship(id, "DYNAMIC_LINK", of->second));
  }
  json document =
      members_of("spdxVersion", "SPDX-2.3", "dataLicense", "CC0-1.0", "SPDXID", "SPDXRef-DOCUMENT", "name",
                 bill.title, "documentNamespace", "https://cicd.dev/spdx/" + uuid_of(bill.image, "SPDX"));
  document.set("creationInfo",
               members_of("created", second_of(bill.created), "creators", json_texts({"Tool: cicd"})));
  document.set("packages", std::move(packages));
  return document.set("relationships", std::move(relationships));
}

oci_documents documents_of(const bill_of_materials& bill, const oci_descriptor& subject) {
  oci_documents all{
      .type = bill_artifact_type,
      .all = {{cyclonedx_type, compact(cyclonedx_of(bill))}, {spdx_type, compact(spdx_of(bill))}}};
  all.subject = subject;
  return all;
}

}  // namespace cicd
