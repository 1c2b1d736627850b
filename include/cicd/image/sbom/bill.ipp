// What the layers of an image hold, laid over each other.
#pragma once

#include <cicd/image/sbom/bill.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/laid_layers.hpp>
#include <cicd/image/layer_members.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/image/sbom/elf.hpp>
#include <cicd/image/sbom/readers.hpp>
#include <cicd/image/wanted_files.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

namespace image_sbom_bill {
namespace {

constexpr std::uint64_t largest_text = 64U << 20U, largest_binary = 512U << 20U;

/// What one file of the image says.
struct file_facts {
  sbom_file kind = sbom_file::none;
  std::vector<sbom_component> components;
  std::optional<elf_facts> elf;
  digest content{};                             ///< of an ELF file
  std::set<std::string> linkable;               ///< of a list of Debian
  std::map<std::string, std::string> settings;  ///< of os-release
};
using facts_by_path = std::map<std::string, std::shared_ptr<const file_facts>, std::less<>>;

/// Of any file of a layer.
struct read_file_facts {
  entry_kind kind = entry_kind::file;
  std::string link;
  std::string member;                      ///< where it was read; another name of a file says nothing more
  std::shared_ptr<const file_facts> says;  ///< null: nothing
};

file_facts facts_of_text(sbom_file kind, const std::string& path, const std::string& text) {
  file_facts facts{.kind = kind, .components = {}, .elf = {}, .linkable = {}, .settings = {}};
  switch (kind) {
    case sbom_file::dpkg_status: facts.components = dpkg_packages(text); break;
    case sbom_file::dpkg_list: facts.linkable = linkable_in_list(text); break;
    case sbom_file::apk_installed: facts.components = apk_packages(text); break;
    case sbom_file::os_release: facts.settings = settings_in(text); break;
    case sbom_file::python_metadata: facts.components = python_packages(text); break;
    case sbom_file::npm_package: facts.components = npm_packages(text); break;
    case sbom_file::npm_lock: facts.components = npm_packages_of_lock(text); break;
    case sbom_file::cargo_lock: facts.components = cargo_packages_of_lock(text); break;
    case sbom_file::java_archive: facts.components = java_packages(path, text); break;
    case sbom_file::java_release: facts.components = java_runtimes(text); break;
    case sbom_file::none: break;
  }
  for (sbom_component& each : facts.components)
    if (each.places.empty()) each.places.insert(path);
  return facts;
}

/// Of a file that is no ELF file its beginning alone is read.
std::string elf_content_of(const layer_member& member, const member_content& content) {
  constexpr std::string_view magic =
      "\x7f"
      "ELF";
  std::string all;
  bool is_elf = true;
  (void)content([&](std::string_view bytes) -> status {
    if (all.empty() && (!bytes.starts_with(magic) || member.size > largest_binary)) {
      is_elf = false;
      return image_cancelled();
    }
    if (all.empty()) all.reserve(std::min(member.size, largest_binary));
    all += bytes;
    return {};
  });
  return is_elf ? all : std::string();
}

result<std::optional<file_facts>> facts_of(const layer_member& member, const member_content& content) {
  const sbom_file kind = sbom_file_at(member.path);
  if (kind != sbom_file::none) {
    const std::uint64_t most = kind == sbom_file::java_archive ? largest_binary : largest_text;
    if (member.size > most) return std::optional<file_facts>();
    auto text = content_of(member, content, most);
    if (!text) return std::move(text).error();
    return std::optional(facts_of_text(kind, member.path, *text));
  }
  if (member.size < 64) return std::optional<file_facts>();
  const std::string bytes = elf_content_of(member, content);
  auto elf = elf_facts_of(bytes);
  if (!elf) return std::optional<file_facts>();
  file_facts facts{.kind = kind,
                   .components = {},
                   .elf = std::move(elf),
                   .content = sha256(bytes),
                   .linkable = {},
                   .settings = {}};
  facts.components = !facts.elf->go_modules.empty() ? go_components(facts.elf->go_modules)
                                                    : cargo_components(facts.elf->cargo_packages);
  for (sbom_component& each : facts.components) each.places.insert(member.path);
  return std::optional(std::move(facts));
}

result<read_file_facts> facts_kept(const layer_member& member, const member_content& content) {
  read_file_facts file{.kind = member.kind, .link = member.link, .member = member.path, .says = {}};
  if (member.kind != entry_kind::file) return file;
  auto facts = facts_of(member, content);
  if (!facts) return std::move(facts).error();
  if (*facts) file.says = std::make_shared<const file_facts>(**std::move(facts));
  return file;
}

/// Adds the lists of the distribution that are there by a link, or as another name of a file, alone.
status add_linked_lists(const laid_files<read_file_facts>& all,
                        const std::vector<std::string>& blobs,
                        const unpack_limit& limit,
                        const cancellation* cancelled,
                        facts_by_path& to) {
  std::set<std::string, std::less<>> unread;
  for (const auto& [name, path] : wanted_in(all, is_list_of_distribution))
    if (const auto found = to.find(path); found == to.end() || found->second->kind != sbom_file_at(name))
      unread.insert(name);
  if (unread.empty()) return {};
  const auto texts = files_in_layers(
      blobs, [&](std::string_view path) { return unread.contains(path); }, limit, cancelled);
  if (!texts) return texts.error();
  for (const auto& [path, text] : *texts)
    to[path] = std::make_shared<const file_facts>(facts_of_text(sbom_file_at(path), path, text));
  return {};
}

/// The distribution, and the packages of its own that say which it is.
sbom_component system_of(const facts_by_path& files) {
  for (const auto& [path, facts] : files) {
    if (facts->kind != sbom_file::os_release) continue;
    const auto& settings = facts->settings;
    const auto value = [&settings](const char* key) {
      const auto found = settings.find(key);
      return found == settings.end() ? std::string() : found->second;
    };
    if (value("ID").empty()) continue;
    return {.kind = component_kind::operating_system,
            .type = {},
            .space = {},
            .name = value("ID"),
            .version = value("VERSION_ID"),
            .places = {path}};
  }
  return {};
}

void name_distribution(std::vector<sbom_component>& all, const sbom_component& system) {
  for (sbom_component& each : all) {
    if (each.type != "deb" && each.type != "apk") continue;
    const std::string fallback = each.type == "deb" ? "debian" : "alpine";
    each.space = system.name.empty() ? fallback : system.name;
    if (!system.name.empty() && !system.version.empty())
      each.qualifiers["distro"] = system.name + "-" + system.version;
  }
}

/// Which package of Debian brought a file, by its path without `usr/`.
std::map<std::string, std::string> owners_in(const facts_by_path& files) {
  std::map<std::string, std::string> owners;
  for (const auto& [path, facts] : files)
    for (const std::string& each : facts->linkable) owners[each] = dpkg_package_of_list(path);
  return owners;
}

/// What of the image is linked with what.
class link_closure {
 public:
  link_closure(const facts_by_path& files, const std::vector<sbom_component>& packages) : files_(files) {
    for (const auto& [path, package] : owners_in(files)) owners_[path] = package;
    for (const sbom_component& each : packages)
      if (each.type == "deb") references_[each.name] = reference_of(each);
    for (const auto& [path, facts] : files) {
      if (!facts->elf || facts->elf->is_program) continue;
      const std::string& soname = facts->elf->soname;
      libraries_.try_emplace(soname.empty() ? path.substr(path.rfind('/') + 1) : soname, path);
    }
  }

  /// Programs that no package of Debian brought, and the libraries that they need and none brought either. A
  /// program of Go or Rust is told by its modules.
  std::vector<sbom_component> components() {
    for (const auto& [path, facts] : files_)
      if (facts->elf && facts->elf->is_program && facts->components.empty() && owner_of(path).empty())
        (void)reference_at(path, component_kind::application);
    std::vector<sbom_component> all;
    for (auto& [path, each] : made_) all.push_back(each);
    return all;
  }

 private:
  std::string owner_of(const std::string& path) const {
    const auto package = owners_.find(merged_usr(path));
    const auto reference = package == owners_.end() ? references_.end() : references_.find(package->second);
    return reference == references_.end() ? std::string() : reference->second;
  }

  std::string reference_at(const std::string& path, component_kind kind) {
    if (std::string owner = owner_of(path); !owner.empty()) return owner;
    const auto [at, added] = made_.try_emplace(path);
    if (!added) return reference_of(at->second);
    const file_facts& facts = *files_.find(path)->second;
    sbom_component made{.kind = kind,
                        .type = {},
                        .space = {},
                        .name = path.substr(path.rfind('/') + 1),
                        .version = {},
                        .content = facts.content,
                        .places = {path}};
    at->second = made;
    for (const std::string& each : facts.elf->needed)
      if (const auto library = libraries_.find(each); library != libraries_.end())
        made.linked.insert(reference_at(library->second, component_kind::library));
    made_[path] = std::move(made);
    return "file:/" + path;
  }

  const facts_by_path& files_;
  std::map<std::string, std::string> owners_, references_, libraries_;
  std::map<std::string, sbom_component> made_;
};

bool has_installed_packages(const facts_by_path& files, const std::string& lock) {
  const std::string folder = lock.substr(0, lock.rfind('/') + 1) + "node_modules/";
  const auto at = files.lower_bound(folder);
  return at != files.end() && at->first.starts_with(folder);
}

std::vector<sbom_component> components_of(const facts_by_path& files, const sbom_component& system) {
  std::vector<sbom_component> all;
  for (const auto& [path, facts] : files) {
    // What is installed is there; what the lock has besides may not be.
    if (facts->kind == sbom_file::npm_lock && has_installed_packages(files, path)) continue;
    all.insert(all.end(), facts->components.begin(), facts->components.end());
  }
  name_distribution(all, system);
  all = merged_components(std::move(all));
  std::vector<sbom_component> linked = link_closure(files, all).components();
  all.insert(all.end(), std::make_move_iterator(linked.begin()), std::make_move_iterator(linked.end()));
  return merged_components(std::move(all));
}

}  // namespace
}  // namespace image_sbom_bill

result<bill_of_materials> bill_of(const seen_image& image,
                                  const std::string& layout,
                                  const unpack_limit& limit,
                                  unsigned threads,
                                  const cancellation* cancelled) {
  using namespace image_sbom_bill;
  const oci_layout in(layout);
  std::vector<std::string> blobs;
  for (const oci_descriptor& each : image.layers) blobs.push_back(in.blob_path(each.content));
  std::vector<read_layer<read_file_facts>> layers(image.layers.size());
  const auto read = in_parallel(threads, image.layers.size(), [&](std::size_t i) -> status {
    if (status whole = in.check(image.layers[i]); !whole) return whole;
    auto layer = layer_in<read_file_facts>(blobs[i], limit, cancelled, facts_kept);
    if (!layer) return std::move(layer).error().with("layer", oci_text(image.layers[i].content));
    layers[i] = *std::move(layer);
    return {};
  });
  if (!read) return read.error();
  laid_files<read_file_facts> all;
  for (auto& each : layers) lay_over(all, std::move(each));
  facts_by_path files;
  for (const auto& [path, file] : all)
    if (file.says && file.member == path) files[path] = file.says;
  if (status added = add_linked_lists(all, blobs, limit, cancelled, files); !added)
    return std::move(added).error();
  const json& labels = image.config["config"]["Labels"];
  bill_of_materials bill;
  bill.image = image.manifest;
  bill.title = labels["org.opencontainers.image.title"].text("image");
  bill.version = labels["org.opencontainers.image.version"].text();
  bill.architecture = image.config["architecture"].text();
  bill.created = image.config["created"].text("1970-01-01T00:00:00Z");
  bill.system = system_of(files);
  bill.components = components_of(files, bill.system);
  return bill;
}

}  // namespace cicd
