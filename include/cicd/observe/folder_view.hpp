// One folder during a look: its names, taken from the index or read anew, and for each name that a caller
// wants its stamp and digest. It does not know which names are wanted, or why.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/observe/file_stamps.hpp>
#include <cicd/observe/index_format.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

/// What became of a name in this look.
enum class sight : std::uint8_t {
  unseen,
  unread,  ///< there, and its content must be read
  good,    ///< its record is true
  gone,    ///< not there, or a folder
  failed
};

/// The identity of a folder, whatever it is called.
struct folder_identity {
  std::uint64_t device = 0, inode = 0;
  bool operator==(const folder_identity&) const = default;
};

/// By these names in it a folder is known as a build tree: CMake's, and ours.
inline constexpr std::string_view build_tree_file = "CMakeCache.txt", build_tree_folder = ".cicd";

struct folder_view {
  explicit folder_view(std::string at, const index_image& image);

  std::string path;
  std::span<entry_record> entries;
  stamp when;
  bool listed = false, settled = false;
  std::uint32_t last_used = 0;
  std::mutex busy;

  // Of the present look.
  std::uint64_t look = 0;
  folder_identity identity;
  bool remote = false;
  std::vector<sight> sights;
  std::vector<std::pair<std::uint32_t, error>> failures;
  std::atomic<bool> learnt{false};  ///< since the index was opened

  std::string_view name(std::uint32_t entry) const {
    return {texts_ + entries[entry].name.offset, entries[entry].name.size};
  }
  /// The entry of that name.
  std::optional<std::uint32_t> find(std::string_view name) const;
  /// Whether CMake configured into it.
  bool is_build_tree() const { return find(build_tree_file) || find(build_tree_folder); }

  /// Opens the folder and makes `when` and, with `list`, the names true. Nothing where there is no such
  /// folder; a link counts as one only with `follow`.
  result<std::optional<descriptor>> visit(std::uint64_t number, bool follow, bool list);
  /// Makes the stamp of an entry true; what must be read is left `unread`.
  void check(const descriptor& folder, std::uint32_t entry);
  /// Reads an `unread` entry. Two threads may read different entries.
  void read(const descriptor& folder, std::uint32_t entry);
  /// The entry of that name, which is added when the folder has never been listed.
  std::uint32_t entry_for(std::string_view name);
  /// Why that entry failed.
  const error& failure_of(std::uint32_t entry) const;

 private:
  using listing = std::vector<std::pair<std::string, std::uint8_t>>;
  status list_again(const descriptor& folder);
  void adopt(const listing& names);
  void make_own();
  bool read_once(const descriptor& folder, std::uint32_t entry);
  void fail(std::uint32_t entry, error why);

  std::mutex failing_;
  std::int64_t seen_at_ = 0;  ///< no stamp of this look is older
  const char* texts_ = "";
  std::vector<entry_record> own_;
  std::string own_texts_;
};

/// A name in a folder, and what it was there.
struct named_kind {
  std::string name;
  entry_kind kind;
};
/// What lies in the folder `path`, sorted; empty when it cannot be read.
std::vector<named_kind> names_in(const std::string& path);

}  // namespace cicd::observing
