// Files and folders that are being made: locked while their maker lives, renamed when they are whole, swept
// when their maker was killed. Knows nothing of what is in them.
#pragma once

#include <functional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

class unfinished {
 public:
  /// A new empty file or folder below `place`, which is made. Class `cannot_save`.
  static result<unfinished> make(const std::string& place, entry_kind kind);
  /// Removes what killed makers left below `place`; `before` is told each path first.
  static void sweep(const std::string& place,
                    const std::function<void(const std::string& path)>& before = {});

  unfinished(unfinished&& other) noexcept
      : path_(std::exchange(other.path_, {})), held_(std::move(other.held_)) {}
  unfinished& operator=(unfinished&&) = delete;
  /// Removes it unless it was committed.
  ~unfinished();

  const std::string& path() const { return path_; }
  int descriptor() const { return held_.get(); }
  /// Renames it over `to`.
  status commit(const std::string& to);

 private:
  unfinished(std::string path, open_file held) : path_(std::move(path)), held_(std::move(held)) {}

  std::string path_;
  open_file held_;
};

}  // namespace cicd
