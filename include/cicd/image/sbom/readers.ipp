// The files of package managers.
#pragma once

#include <cicd/image/sbom/readers.hpp>

#include <algorithm>
#include <utility>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>

namespace cicd {

namespace image_sbom_readers {
namespace {

using fields = std::map<std::string, std::string, std::less<>>;

std::string value_of(const fields& in, std::string_view name) {
  const auto found = in.find(name);
  return found == in.end() ? std::string() : found->second;
}

/// Paragraphs of `Name: value` lines between empty ones (deb-control(5)); lines that go on are passed over.
std::vector<fields> paragraphs(std::string_view text) {
  std::vector<fields> all(1);
  for (const std::string& line : split(text, '\n')) {
    if (trimmed(line).empty()) {
      if (!all.back().empty()) all.emplace_back();
      continue;
    }
    const std::size_t colon = line.find(':');
    if (line.front() == ' ' || line.front() == '\t' || colon == line.npos) continue;
    all.back().emplace(line.substr(0, colon), std::string(trimmed(std::string_view(line).substr(colon + 1))));
  }
  if (all.back().empty()) all.pop_back();
  return all;
}

/// Whether its files are there: `install ok installed`, and what was only unpacked.
bool is_there(const std::string& status) {
  if (status.empty()) return true;
  const std::vector<std::string> words = split(status, ' ');
  return words.size() == 3 && words[2] != "not-installed" && words[2] != "config-files";
}

std::string name_of(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

bool lies_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.find('/', folder.size()) == path.npos
         && path.size() > folder.size();
}

/// `node_modules/x/package.json`, `node_modules/@scope/x/package.json`: no other of its files.
bool is_npm_package(std::string_view path) {
  constexpr std::string_view folder = "node_modules/", file = "/package.json";
  const std::size_t at = path.rfind(folder);
  if (at == path.npos || (at != 0 && path[at - 1] != '/') || !path.ends_with(file)) return false;
  const std::string_view rest = path.substr(at + folder.size());
  const auto slashes = std::ranges::count(rest, '/');
  return slashes == 1 || (slashes == 2 && rest.starts_with('@'));
}

sbom_component npm_component(const std::string& name, std::string version) {
  const std::size_t slash = name.find('/');
  sbom_component made{.type = "npm", .space = {}, .name = name, .version = std::move(version)};
  if (name.starts_with('@') && slash != name.npos) {
    made.space = name.substr(0, slash);
    made.name = name.substr(slash + 1);
  }
  return made;
}

std::string unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() > 1 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  return std::string(text);
}

}  // namespace
}  // namespace image_sbom_readers

sbom_file sbom_file_at(std::string_view path) {
  using namespace image_sbom_readers;
  const std::string name = name_of(path);
  if (path == "var/lib/dpkg/status") return sbom_file::dpkg_status;
  if (lies_in(path, "var/lib/dpkg/status.d/"))
    return name.ends_with(".md5sums") || name.ends_with(".list") ? sbom_file::dpkg_list
                                                                 : sbom_file::dpkg_status;
  if (lies_in(path, "var/lib/dpkg/info/") && name.ends_with(".list")) return sbom_file::dpkg_list;
  if (path == "lib/apk/db/installed" || path == "usr/lib/apk/db/installed") return sbom_file::apk_installed;
  if (path == "etc/os-release" || path == "usr/lib/os-release") return sbom_file::os_release;
  if ((name == "METADATA" && path.ends_with(".dist-info/METADATA"))
      || (name == "PKG-INFO" && path.ends_with(".egg-info/PKG-INFO")))
    return sbom_file::python_metadata;
  if (name == "package.json" && is_npm_package(path)) return sbom_file::npm_package;
  if (name == "package-lock.json" && path.find("node_modules/") == path.npos) return sbom_file::npm_lock;
  if (name == "Cargo.lock") return sbom_file::cargo_lock;
  if (name.ends_with(".jar") || name.ends_with(".war") || name.ends_with(".ear"))
    return sbom_file::java_archive;
  if (name == "release") return sbom_file::java_release;
  return sbom_file::none;
}

bool is_list_of_distribution(std::string_view path) {
  const sbom_file kind = sbom_file_at(path);
  return kind == sbom_file::dpkg_status || kind == sbom_file::dpkg_list || kind == sbom_file::apk_installed
         || kind == sbom_file::os_release;
}

std::vector<sbom_component> dpkg_packages(std::string_view status) {
  using namespace image_sbom_readers;
  std::vector<sbom_component> all;
  for (const fields& each : paragraphs(status)) {
    const std::string name = value_of(each, "Package"), version = value_of(each, "Version");
    if (name.empty() || version.empty() || !is_there(value_of(each, "Status"))) continue;
    all.push_back({.type = "deb",
                   .space = {},
                   .name = name,
                   .version = version,
                   .qualifiers = {{"arch", value_of(each, "Architecture")}}});
  }
  return all;
}

std::string dpkg_package_of_list(std::string_view path) {
  std::string name = image_sbom_readers::name_of(path);
  name = name.substr(0, name.rfind('.'));
  return name.substr(0, name.find(':'));
}

std::string merged_usr(std::string_view path) {
  while (path.starts_with('/') || path.starts_with("./")) path.remove_prefix(path.front() == '/' ? 1 : 2);
  return std::string(path.starts_with("usr/") ? path.substr(4) : path);
}

std::set<std::string> linkable_in_list(std::string_view list) {
  std::set<std::string> all;
  for (const std::string& line : split(list, '\n')) {
    // A list of sums has one and two spaces in front of each path.
    const std::size_t gap = line.find("  ");
    const std::string path = merged_usr(gap == line.npos ? line : line.substr(gap + 2));
    if (path.find(".so") != path.npos || path.starts_with("bin/") || path.starts_with("sbin/")
        || path.starts_with("lib/"))
      all.insert(path);
  }
  return all;
}

std::vector<sbom_component> apk_packages(std::string_view installed) {
  using namespace image_sbom_readers;
  std::vector<sbom_component> all;
  for (const fields& each : paragraphs(installed)) {
    if (value_of(each, "P").empty()) continue;
    all.push_back({.type = "apk",
                   .space = {},
                   .name = value_of(each, "P"),
                   .version = value_of(each, "V"),
                   .qualifiers = {{"arch", value_of(each, "A")}},
                   .license = value_of(each, "L")});
  }
  return all;
}

std::map<std::string, std::string> settings_in(std::string_view text) {
  std::map<std::string, std::string> all;
  for (const std::string& line : split(text, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals != line.npos && !line.starts_with('#'))
      all[line.substr(0, equals)] = image_sbom_readers::unquoted(std::string_view(line).substr(equals + 1));
  }
  return all;
}

std::vector<sbom_component> python_packages(std::string_view metadata) {
  using namespace image_sbom_readers;
  const std::vector<fields> all = paragraphs(metadata.substr(0, metadata.find("\n\n")));
  if (all.empty() || value_of(all.front(), "Name").empty()) return {};
  const fields& of = all.front();
  std::string license = value_of(of, "License-Expression");
  if (license.empty()) license = value_of(of, "License");
  return {{.type = "pypi",
           .space = {},
           .name = value_of(of, "Name"),
           .version = value_of(of, "Version"),
           .license = std::move(license)}};
}

std::vector<sbom_component> npm_packages(std::string_view package_json) {
  const auto read = parse_json(package_json);
  if (!read || (*read)["name"].text().empty() || (*read)["version"].text().empty()) return {};
  sbom_component made = image_sbom_readers::npm_component((*read)["name"].text(), (*read)["version"].text());
  made.license = (*read)["license"].text((*read)["license"]["type"].text());
  return {std::move(made)};
}

std::vector<sbom_component> npm_packages_of_lock(std::string_view package_lock) {
  std::vector<sbom_component> all;
  const auto read = parse_json(package_lock);
  if (!read) return all;
  for (const auto& [path, each] : (*read)["packages"].members()) {
    constexpr std::string_view folder = "node_modules/";
    const std::size_t at = path.rfind(folder);
    if (at == path.npos || each["dev"].boolean() || each["link"].boolean()) continue;
    const std::string name = each["name"].text(path.substr(at + folder.size()));
    sbom_component made = image_sbom_readers::npm_component(name, each["version"].text());
    made.license = each["license"].text();
    all.push_back(std::move(made));
  }
  return all;
}

std::vector<sbom_component> cargo_packages_of_lock(std::string_view cargo_lock) {
  using namespace image_sbom_readers;
  std::vector<sbom_component> all;
  for (const std::string& line : split(cargo_lock, '\n')) {
    if (line == "[[package]]") all.push_back({.type = "cargo", .space = {}, .name = {}, .version = {}});
    if (all.empty()) continue;
    if (line.starts_with("name = ")) all.back().name = unquoted(line.substr(7));
    if (line.starts_with("version = ")) all.back().version = unquoted(line.substr(10));
  }
  std::erase_if(all, [](const sbom_component& each) { return each.name.empty() || each.version.empty(); });
  return all;
}

std::vector<sbom_component> java_runtimes(std::string_view release) {
  const auto settings = settings_in(release);
  const auto version = settings.find("JAVA_VERSION");
  if (version == settings.end() || !settings.contains("MODULES")) return {};
  return {{.kind = component_kind::platform,
           .type = "generic",
           .space = {},
           .name = "openjdk",
           .version = version->second}};
}

}  // namespace cicd
