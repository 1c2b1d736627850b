// ELF by its sections (gabi, chapter 4 and 5), the build information of Go (debug/buildinfo) and the section
// of cargo-auditable.
#pragma once

#include <cicd/image/sbom/elf.hpp>

#include <libdeflate.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <utility>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>

namespace cicd {

namespace image_sbom_elf {
namespace {

constexpr std::string_view magic =
    "\x7f"
    "ELF";
constexpr std::uint64_t dynamic_section = 6, versions_section = 0x6ffffffe, needed_tag = 1, soname_tag = 14;
constexpr std::uint64_t loader_segment = 3, longest_path = 4096;
constexpr std::uint64_t kind_executable = 2, kind_shared = 3;
/// `e_machine` and the architecture that it stands for.
constexpr std::pair<std::uint64_t, std::string_view> machines[] = {
    {3, "386"},    {21, "ppc64le"}, {22, "s390x"},    {40, "arm"},
    {62, "amd64"}, {183, "arm64"},  {243, "riscv64"}, {258, "loong64"}};
constexpr std::size_t most_sections = 4096, most_needed = 4096, largest_packages = 16U << 20U;

/// Bytes of either order and width; what lies beyond the end is 0.
class elf_bytes {
 public:
  explicit elf_bytes(std::string_view all) : all_(all), is_wide_(at(4) == 2), is_big_(at(5) == 2) {}

  bool is_wide() const { return is_wide_; }
  std::uint64_t number(std::uint64_t place, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value |= std::uint64_t{at(place + (is_big_ ? size - 1 - i : i))} << (8 * i);
    return value;
  }
  std::uint64_t word(std::uint64_t place) const { return number(place, is_wide_ ? 8 : 4); }
  std::string_view part(std::uint64_t place, std::uint64_t size) const {
    if (place >= all_.size()) return {};
    return all_.substr(place, std::min<std::uint64_t>(size, all_.size() - place));
  }

 private:
  unsigned char at(std::uint64_t place) const {
    return place < all_.size() ? static_cast<unsigned char>(all_[place]) : 0;
  }
  std::string_view all_;
  bool is_wide_, is_big_;
};

struct section {
  std::string_view name, bytes;
  std::uint64_t place = 0, kind = 0, link = 0;
};

std::string_view text_at(std::string_view table, std::uint64_t place) {
  if (place >= table.size()) return {};
  const std::string_view rest = table.substr(place);
  return rest.substr(0, rest.find('\0'));
}

std::vector<section> sections_of(const elf_bytes& from) {
  const bool wide = from.is_wide();
  const std::uint64_t start = from.word(wide ? 0x28 : 0x20), size = from.number(wide ? 0x3a : 0x2e, 2),
                      count = std::min<std::uint64_t>(from.number(wide ? 0x3c : 0x30, 2), most_sections),
                      names = from.number(wide ? 0x3e : 0x32, 2);
  std::vector<section> all;
  std::vector<std::uint64_t> name_places;
  for (std::uint64_t i = 0; i < count && size != 0; ++i) {
    const std::uint64_t at = start + i * size;
    name_places.push_back(from.number(at, 4));
    const std::uint64_t place = from.word(at + (wide ? 0x18 : 0x10)),
                        bytes = from.word(at + (wide ? 0x20 : 0x14));
    all.push_back({.name = {},
                   .bytes = from.part(place, bytes),
                   .place = place,
                   .kind = from.number(at + 4, 4),
                   .link = from.number(at + (wide ? 0x28 : 0x18), 4)});
  }
  if (names < all.size())
    for (std::size_t i = 0; i < all.size(); ++i) all[i].name = text_at(all[names].bytes, name_places[i]);
  return all;
}

/// The name of what starts it.
std::string loader_in(const elf_bytes& from) {
  const bool wide = from.is_wide();
  const std::uint64_t start = from.word(wide ? 0x20 : 0x1c), size = from.number(wide ? 0x36 : 0x2a, 2),
                      count = from.number(wide ? 0x38 : 0x2c, 2);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = start + i * size;
    if (from.number(at, 4) != loader_segment) continue;
    const std::uint64_t bytes = from.word(at + (wide ? 0x20 : 0x10));
    const std::string_view path =
        text_at(from.part(from.word(at + (wide ? 8 : 4)), std::min(bytes, longest_path)), 0);
    return std::string(path.substr(path.rfind('/') + 1));
  }
  return {};
}

/// Of Go 1.18 and newer: the version and the modules, each behind its length, after 32 bytes.
std::string go_modules_in(std::string_view bytes) {
  constexpr std::string_view magic = "\xff Go buildinf:";
  constexpr std::size_t head = 32, guard = 16;
  if (!bytes.starts_with(magic) || bytes.size() < head || (static_cast<unsigned char>(bytes[15]) & 2U) == 0)
    return {};
  bytes.remove_prefix(head);
  const auto next = [&]() -> std::string {
    std::uint64_t length = 0;
    for (unsigned shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      length |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) break;
    }
    const std::string text(bytes.substr(0, length));
    bytes.remove_prefix(text.size());
    return text;
  };
  const std::string version = next();
  std::string modules = next();
  const bool is_guarded = modules.size() >= 2 * guard + 1 && modules[modules.size() - guard - 1] == '\n';
  return version + "\n" + (is_guarded ? modules.substr(guard, modules.size() - 2 * guard) : std::string());
}

std::string unpacked(std::string_view packed) {
  libdeflate_decompressor* by = libdeflate_alloc_decompressor();
  std::string text;
  for (std::size_t room = 64U << 10U; by != nullptr && room <= largest_packages; room *= 4) {
    text.resize(room);
    std::size_t size = 0;
    const auto done =
        libdeflate_zlib_decompress(by, packed.data(), packed.size(), text.data(), text.size(), &size);
    if (done == LIBDEFLATE_INSUFFICIENT_SPACE) continue;
    text.resize(done == LIBDEFLATE_SUCCESS ? size : 0);
    break;
  }
  libdeflate_free_decompressor(by);
  return text.size() == largest_packages ? std::string() : text;
}

void add_links(elf_facts& to, const elf_bytes& from, const section& dynamic, std::string_view names) {
  const std::size_t width = from.is_wide() ? 8 : 4;
  for (std::size_t at = 0; at + 2 * width <= dynamic.bytes.size(); at += 2 * width) {
    const std::uint64_t tag = from.word(dynamic.place + at), value = from.word(dynamic.place + at + width);
    if (tag == 0 || to.needed.size() > most_needed) return;
    if (tag == needed_tag) to.needed.emplace_back(text_at(names, value));
    if (tag == soname_tag) to.soname = text_at(names, value);
  }
}

sbom_component go_module(std::string_view path, std::string_view version) {
  const std::size_t slash = path.rfind('/');
  sbom_component made{
      .type = "golang", .space = {}, .name = std::string(path), .version = std::string(version)};
  if (slash != path.npos) {
    made.space = path.substr(0, slash);
    made.name = path.substr(slash + 1);
  }
  if (version == "(devel)") made.version.clear();
  return made;
}

}  // namespace
}  // namespace image_sbom_elf

std::string_view elf_architecture(std::string_view start) {
  using namespace image_sbom_elf;
  if (!start.starts_with(magic) || start.size() < elf_start) return {};
  const std::uint64_t machine = elf_bytes(start).number(0x12, 2);
  const auto found = std::ranges::find(machines, machine, &std::pair<std::uint64_t, std::string_view>::first);
  return found == std::end(machines) ? std::string_view() : found->second;
}

int newest_glibc(std::string_view bytes) {
  constexpr std::string_view start = "GLIBC_2.";
  int newest = 0;
  for (auto at = bytes.find(start); at != bytes.npos; at = bytes.find(start, at + 1)) {
    const std::string_view digits = bytes.substr(at + start.size(), 4);
    int number = 0;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), number);
    newest = std::max(newest, number);
  }
  return newest;
}

std::optional<elf_facts> elf_facts_of(std::string_view bytes) {
  using namespace image_sbom_elf;
  if (!bytes.starts_with(magic) || bytes.size() < 52) return std::nullopt;
  const elf_bytes from(bytes);
  const std::uint64_t kind = from.number(0x10, 2);
  if (kind != kind_executable && kind != kind_shared) return std::nullopt;
  elf_facts facts;
  facts.architecture = elf_architecture(bytes);
  facts.loader = loader_in(from);
  const std::vector<section> all = sections_of(from);
  for (const section& each : all) {
    if (each.kind == versions_section && each.link < all.size())
      facts.glibc = std::max(facts.glibc, newest_glibc(all[each.link].bytes));
    if (each.kind == dynamic_section && each.link < all.size() && !each.bytes.empty())
      add_links(facts, from, each, all[each.link].bytes);
    if (each.name == ".go.buildinfo") facts.go_modules = go_modules_in(each.bytes);
    if (each.name == ".dep-v0") facts.cargo_packages = unpacked(each.bytes);
  }
  facts.is_program =
      facts.soname.empty() && (kind == kind_executable || !facts.loader.empty() || facts.needed.empty());
  return facts;
}

std::vector<sbom_component> go_components(std::string_view modules) {
  using namespace image_sbom_elf;
  std::vector<sbom_component> all;
  std::string version;
  for (const std::string& line : split(modules, '\n')) {
    const std::vector<std::string> words = split(line, '\t');
    if (version.empty()) version = line;
    if (words.size() < 3) continue;
    if (words[0] == "mod" || words[0] == "dep") all.push_back(go_module(words[1], words[2]));
    if (words[0] == "mod") all.back().kind = component_kind::application;
    if (words[0] == "=>" && !all.empty()) all.back() = go_module(words[1], words[2]);
  }
  if (version.starts_with("go")) {
    const std::string number =
        version.substr(2, version.find(' ') == version.npos ? version.npos : version.find(' ') - 2);
    all.push_back({.type = "golang", .space = {}, .name = "stdlib", .version = number});
  }
  return all;
}

std::vector<sbom_component> cargo_components(const std::string& packages) {
  std::vector<sbom_component> all;
  const auto read = parse_json(packages);
  if (!read) return all;
  for (const json& each : (*read)["packages"].elements()) {
    if (each["kind"].text() == "build" || each["name"].text().empty()) continue;
    sbom_component one{
        .type = "cargo", .space = {}, .name = each["name"].text(), .version = each["version"].text()};
    if (each["root"].boolean()) one.kind = component_kind::application;
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace cicd
