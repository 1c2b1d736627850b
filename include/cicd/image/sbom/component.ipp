// Package URLs (github.com/package-url/purl-spec).
#pragma once

#include <cicd/image/sbom/component.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>

namespace cicd {

namespace image_sbom_component {
namespace {

/// Everything but letters, digits and `.-_~:` is encoded.
std::string encoded(std::string_view text) {
  std::string to;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                          || c == '.' || c == '-' || c == '_' || c == '~' || c == ':';
    to += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return to;
}

std::string encoded_parts(std::string_view path) {
  std::vector<std::string> parts;
  for (const std::string& each : split(path, '/'))
    if (!each.empty()) parts.push_back(encoded(each));
  return joined(parts, "/");
}

/// Names whose registries do not tell capital letters from small ones.
std::string name_of(const sbom_component& of) {
  if (of.type == "pypi") return replaced_all(lower(of.name), "_", "-");
  return of.type == "deb" || of.type == "apk" || of.type == "golang" || of.type == "oci" ? lower(of.name)
                                                                                         : of.name;
}
std::string space_of(const sbom_component& of) {
  return of.type == "golang" || of.type == "deb" || of.type == "apk" ? lower(of.space) : of.space;
}

}  // namespace
}  // namespace image_sbom_component

std::string package_url_of(const sbom_component& of) {
  using namespace image_sbom_component;
  if (of.type.empty()) return {};
  std::string url = "pkg:" + of.type + "/";
  if (!of.space.empty()) url += encoded_parts(space_of(of)) + "/";
  url += encoded(name_of(of));
  if (!of.version.empty()) url += "@" + encoded(of.version);
  char before = '?';
  for (const auto& [key, value] : of.qualifiers) {
    if (value.empty()) continue;
    url += before + key + "=" + encoded(value);
    before = '&';
  }
  return url;
}

std::string reference_of(const sbom_component& of) {
  if (std::string url = package_url_of(of); !url.empty()) return url;
  return of.places.empty() ? of.name : "file:/" + *of.places.begin();
}

std::vector<sbom_component> merged_components(std::vector<sbom_component> all) {
  std::map<std::string, sbom_component> by_reference;
  for (sbom_component& each : all) {
    const std::string reference = reference_of(each);
    const auto [at, added] = by_reference.try_emplace(reference, std::move(each));
    if (added) continue;
    at->second.places.insert(each.places.begin(), each.places.end());
    at->second.linked.insert(each.linked.begin(), each.linked.end());
    if (at->second.license.empty()) at->second.license = each.license;
    if (at->second.content != each.content) at->second.content = digest{};
  }
  std::vector<sbom_component> merged;
  for (auto& [reference, each] : by_reference) merged.push_back(std::move(each));
  return merged;
}

}  // namespace cicd
