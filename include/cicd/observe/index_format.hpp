// The index as it lies on the disk: sections of fixed-width records and one of text, mapped and used in
// place. A format of this machine for this machine: the magic number holds its version, a checksum covers
// every byte, and every record refers to what is there, none of it twice; an image that fails any of these is
// an empty one. It does not know what a stamp must look like to be trusted.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>

namespace cicd::observing {

/// What stat(2) said; equal stamps, old enough, mean equal content.
struct stamp {
  std::uint64_t inode = 0, size = 0;
  std::int64_t modified = 0, changed = 0;  ///< nanoseconds since 1970
  std::uint32_t mode = 0;
  std::uint32_t unused = 0;

  bool operator==(const stamp&) const = default;
};

/// A piece of the text section.
struct text_ref {
  std::uint32_t offset = 0, size = 0;
};

/// One name in a folder and what was learnt of it.
struct entry_record {
  stamp when;
  digest content;
  text_ref name;
  std::uint8_t kind = 0;     ///< an `entry_kind`
  std::uint8_t known = 0;    ///< `content` belongs to `when`
  std::uint8_t settled = 0;  ///< `when` was old enough as it was taken: a later change cannot look the same
  std::array<std::uint8_t, 5> unused{};
};

struct folder_record {
  text_ref path;  ///< absolute
  stamp when;
  std::uint32_t first_entry = 0, entries = 0;
  std::uint32_t last_used = 0;  ///< day since 1970
  std::uint8_t listed = 0;      ///< the entries are all there is, not only those asked for by name
  std::uint8_t settled = 0;
  std::array<std::uint8_t, 2> unused{};
};

/// A file or folder whose change makes a git list out of date; a folder has the names that git listed in it.
struct watch_record {
  text_ref path;
  stamp when;
  std::uint32_t first_name = 0, names = 0;
  std::uint8_t present = 0, folder = 0;
  std::array<std::uint8_t, 6> unused{};
};

/// What git listed below a folder.
struct list_record {
  text_ref key;
  std::uint32_t first_watch = 0, watches = 0;
  std::uint32_t last_used = 0;
  std::uint32_t settled = 0;
};

/// The sections, to be filled and written.
struct index_parts {
  std::vector<folder_record> folders;  ///< sorted bytewise by path
  std::vector<entry_record> entries;   ///< of one folder side by side, sorted bytewise by name
  std::vector<list_record> lists;      ///< sorted bytewise by key
  std::vector<watch_record> watches;
  std::vector<text_ref> names;
  std::string texts;

  text_ref add(std::string_view text);
};

/// The bytes of an index; empty when the text is too long for the format.
std::string index_bytes(const index_parts& parts);
/// Puts the checksum of the bytes into their header, whatever they say. Not for adversaries: who can
/// write the file can do the same.
void seal_index(std::string& bytes);

/// A mapped index. Writing to `entries` changes this process's copy only.
class index_image {
 public:
  /// An image without content where there is no file, or a damaged or foreign one.
  explicit index_image(const std::string& path);
  ~index_image();
  index_image(const index_image&) = delete;
  index_image& operator=(const index_image&) = delete;

  std::span<const folder_record> folders;
  std::span<entry_record> entries;
  std::span<const list_record> lists;
  std::span<const watch_record> watches;
  std::span<const text_ref> names;
  const char* texts = "";

  std::string_view text(text_ref at) const { return {texts + at.offset, at.size}; }
  const folder_record* folder(std::string_view path) const;
  const list_record* list(std::string_view key) const;

 private:
  void use_sections();
  bool refers_within() const;

  void* mapped_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace cicd::observing
