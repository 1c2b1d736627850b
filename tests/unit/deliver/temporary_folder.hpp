// A folder that goes with its test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

class temporary_folder {
 public:
  temporary_folder() {
    std::string made = (std::filesystem::temp_directory_path() / "cicd-release-XXXXXX").string();
    path_ = ::mkdtemp(made.data());
  }
  ~temporary_folder() {
    std::error_code failed;
    std::filesystem::remove_all(path_, failed);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};
