// Reading large files in pieces, with a stamp that tells whether they changed meanwhile. Knows bytes only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Takes bytes; an error ends the reading.
using byte_sink = std::function<status(std::string_view)>;

/// What changes when a file is written: equal stamps mean equal bytes.
struct file_stamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified = 0, changed = 0;  ///< nanoseconds
  std::uint32_t user = 0, group = 0;

  bool operator==(const file_stamp&) const = default;
  /// On one line, for comparing with what was written down.
  std::string text() const;
};
/// The stamp of what is at `path`, a link not followed; nothing when there is nothing.
std::optional<file_stamp> stamp_at(const std::string& path);
/// The time that a file would bear that was written now. What was changed before it and looked at after it
/// cannot change once more without another stamp; what was changed at it may.
std::int64_t file_time_now();

/// An open file that is closed with its owner.
class open_file {
 public:
  explicit open_file(int descriptor = -1) : descriptor_(descriptor) {}
  open_file(open_file&& other) noexcept : descriptor_(other.release()) {}
  open_file& operator=(open_file&& other) noexcept;
  ~open_file();

  int get() const { return descriptor_; }
  int release();

 private:
  int descriptor_;
};

/// Hands the file's bytes to `take` in pieces and gives its stamp; a link is not followed. Class `usage` when
/// it cannot be read or changes meanwhile.
result<file_stamp> stream_file(const std::string& path,
                               const byte_sink& take,
                               const cancellation* cancelled = nullptr);

/// A file's digest and stamp.
struct stamped_digest {
  digest content;
  file_stamp stamp;
};
result<stamped_digest> digest_of_file(const std::string& path, const cancellation* cancelled = nullptr);

/// Writes all of `bytes`. Class `cannot_save`, naming `path`.
status write_all(int descriptor, std::string_view bytes, const std::string& path);

}  // namespace cicd
