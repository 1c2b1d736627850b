// Jars: what Maven wrote into them, else their manifest and their name.
#pragma once

#include <cicd/image/sbom/readers.hpp>

#include <algorithm>
#include <optional>

#include <cicd/base/text.hpp>
#include <cicd/image/archive_items_scope.ipp>

namespace cicd {

namespace image_sbom_readers_java {
namespace {

constexpr int deepest = 3;
constexpr std::size_t largest_text = 1U << 20U, largest_archive = 256U << 20U;

/// What of an archive counts.
struct jar_texts {
  std::vector<std::string> maven;  ///< pom.properties
  std::string manifest;
  std::vector<std::pair<std::string, std::string>> jars;  ///< in it: name and bytes
};

bool is_jar(std::string_view name) {
  return name.ends_with(".jar") || name.ends_with(".war") || name.ends_with(".ear");
}

/// Nothing of what is too large or damaged.
std::string content_of(archive* from, std::size_t most) {
  std::string all;
  const void* bytes = nullptr;
  std::size_t count = 0;
  la_int64_t at = 0;
  while (archive_read_data_block(from, &bytes, &count, &at) == ARCHIVE_OK) {
    if (all.size() + count > most) return {};
    all.append(static_cast<const char*>(bytes), count);
  }
  return all;
}

jar_texts texts_of(const std::string& bytes, int depth) {
  jar_texts found;
  const utf8_names names;
  const archive_reader handle(archive_read_new());
  archive_read_support_format_zip_seekable(handle.get());
  if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return found;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(handle.get(), &entry) >= ARCHIVE_WARN) {
    const char* raw = archive_entry_pathname(entry);
    const std::string name(raw == nullptr ? "" : raw);
    if (name.starts_with("META-INF/maven/") && name.ends_with("/pom.properties"))
      found.maven.push_back(content_of(handle.get(), largest_text));
    else if (name == "META-INF/MANIFEST.MF")
      found.manifest = content_of(handle.get(), largest_text);
    else if (depth > 1 && is_jar(name))
      found.jars.emplace_back(name, content_of(handle.get(), largest_archive));
  }
  return found;
}

/// A line goes on in the next one that begins with a space (JAR File Specification).
std::string in_manifest(const std::string& manifest, std::string_view name) {
  std::optional<std::string> value;
  for (std::string line : split(manifest, '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    if (value && line.starts_with(' ')) {
      *value += line.substr(1);
      continue;
    }
    if (value) break;
    if (line.starts_with(name) && line.size() > name.size() + 1 && line[name.size()] == ':')
      value = line.substr(name.size() + 2);
  }
  return std::string(trimmed(value.value_or("")));
}

/// `jackson-core-2.17.1` in its two parts: the version begins behind the first `-` that a digit follows.
std::pair<std::string, std::string> name_and_version(std::string_view path) {
  std::string stem(path.substr(path.rfind('/') + 1));
  stem = stem.substr(0, stem.rfind('.'));
  for (std::size_t at = stem.find('-'); at != stem.npos; at = stem.find('-', at + 1))
    if (at + 1 < stem.size() && stem[at + 1] >= '0' && stem[at + 1] <= '9')
      return {stem.substr(0, at), stem.substr(at + 1)};
  return {stem, {}};
}

std::optional<sbom_component> of_maven(const std::string& properties) {
  const auto settings = settings_in(replaced_all(properties, "\r", ""));
  const auto value = [&](const char* key) {
    const auto found = settings.find(key);
    return found == settings.end() ? std::string() : found->second;
  };
  if (value("groupId").empty() || value("artifactId").empty()) return std::nullopt;
  return sbom_component{
      .type = "maven", .space = value("groupId"), .name = value("artifactId"), .version = value("version")};
}

/// Its Maven group is not known, so that a package URL would be a guess.
sbom_component of_name(std::string_view path, const std::string& manifest) {
  auto [name, version] = name_and_version(path);
  if (version.empty()) version = in_manifest(manifest, "Implementation-Version");
  if (version.empty()) version = in_manifest(manifest, "Bundle-Version");
  return {.type = {}, .space = {}, .name = std::move(name), .version = std::move(version)};
}

void add_packages(std::vector<sbom_component>& to,
                  const std::string& path,
                  const std::string& bytes,
                  int depth) {
  const jar_texts texts = texts_of(bytes, depth);
  const auto named = name_and_version(path);
  const std::string &name = named.first, &version = named.second;
  std::vector<sbom_component> own;
  for (const std::string& each : texts.maven)
    if (auto made = of_maven(each)) own.push_back(*std::move(made));
  // Without metadata of its own it is known by its name, also where it holds those of others.
  const auto is_itself = [&](const sbom_component& each) { return each.name == name; };
  if (own.empty() || (own.size() > 1 && !version.empty() && std::ranges::none_of(own, is_itself)))
    own.push_back(of_name(path, texts.manifest));
  for (sbom_component& each : own) {
    each.places.insert(path);
    if (own.size() == 1 || is_itself(each)) each.content = sha256(bytes);
    to.push_back(std::move(each));
  }
  for (const auto& [inner, content] : texts.jars)
    if (!content.empty()) add_packages(to, path + "!/" + inner, content, depth - 1);
}

}  // namespace
}  // namespace image_sbom_readers_java

std::vector<sbom_component> java_packages(std::string_view path, const std::string& bytes) {
  std::vector<sbom_component> all;
  image_sbom_readers_java::add_packages(all, std::string(path), bytes, image_sbom_readers_java::deepest);
  return all;
}

}  // namespace cicd
