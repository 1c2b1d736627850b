// Secrets as files: a folder of mode 0700 on a file system in memory, for one run, with a folder for each
// step in it. It does not know what the files mean.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/secret_value.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// Where a file system in memory may be, the user's own first: XDG_RUNTIME_DIR, /dev/shm.
std::vector<std::string> memory_folders(const surroundings& around);

class secret_folder {
 public:
  /// `run` is the run's id. Makes nothing yet.
  secret_folder(std::vector<std::string> places, std::string run);
  /// Removes all of it.
  ~secret_folder();
  secret_folder(const secret_folder&) = delete;
  secret_folder& operator=(const secret_folder&) = delete;

  /// The path of the new file, mode 0600. Class `usage` where none of the places is in memory. Thread-safe.
  result<std::string> write(std::string_view step, std::string_view name, const secret_value& value);
  /// Removes what the step has.
  void remove(std::string_view step);
  /// Removes what runs left that were killed.
  void sweep() const;

 private:
  class held;
  status open();
  std::string folder_of(std::string_view step) const;

  std::vector<std::string> places_;
  std::string run_, folder_;
  std::once_flag once_;
  status how_{};
  std::unique_ptr<held> held_;  ///< locked for as long as the run lasts
};

}  // namespace cicd
