// Layers that were built before, by key, with their compressed bytes. Every entry is checked when it is read;
// a bad, half-written or missing one is a miss. Bytes are read again unless inode, size, mtime and ctime are
// those of the last reading, and that reading was younger than the last change. An entry of another user is a
// miss, and so is one that says it was written elsewhere. Knows digests and files; not what a key stands for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/image/staging.hpp>

namespace cicd {

/// A layer's compressed bytes.
struct packed_layer {
  digest blob;             ///< of the compressed bytes
  digest diff_id;          ///< of the tar
  std::uint64_t size = 0;  ///< compressed
};

class layer_store {
 public:
  /// What `folder` has not is looked for in `trusted`, unless that is empty, and copied from there; nothing
  /// is ever written to it.
  explicit layer_store(std::string folder, std::string trusted = {})
      : folder_(std::move(folder)), trusted_(std::move(trusted)) {}

  /// What was stored under `key`, when its bytes are still there and right.
  std::optional<packed_layer> find(const digest& key) const;
  /// Has `pack` write the bytes into a file of its own and stores them under `key`.
  result<packed_layer> add(
      const digest& key,
      const std::function<result<packed_layer>(int file, const std::string& path)>& pack) const;

  /// After another process linked the bytes, which changes their ctime though not them: notes that they are
  /// as they were.
  void confirm(const digest& key) const;

  /// The key that `remember` was told for a look; nothing when it was not, or when what was noted is damaged.
  std::optional<digest> key_for(const digest& look) const;
  void remember(const digest& look, const digest& key) const;

  std::string blob_path(const digest& blob) const { return folder_ + "/blobs/" + hex(blob); }
  /// Where things are made before they are whole; on the same file system as the blobs.
  std::string unfinished_folder() const { return folder_ + "/unfinished"; }
  const std::string& folder() const { return folder_; }
  /// Empty where there is none.
  const std::string& trusted_folder() const { return trusted_; }
  /// Whether only we and root can fill the folder and those above it in the cache that it is in.
  bool is_own_folder(const std::string& path) const;

 private:
  struct entry;
  std::string writer() const;
  std::string cache_of(const std::string& path) const;
  std::optional<std::string> read_own(const std::string& path) const;
  std::optional<entry> read(const digest& key) const;
  std::optional<packed_layer> find_here(const digest& key) const;
  bool copied_from_trusted(const digest& key) const;
  status write(const digest& key, const entry& what) const;
  std::string look_path(const digest& look) const { return folder_ + "/looks/" + hex(look); }
  std::string entry_path(const digest& key) const { return folder_ + "/layers/" + hex(key) + ".json"; }

  std::string folder_, trusted_;
};

}  // namespace cicd
