// What the tests of the room image/ share: a folder that is gone afterwards, files in it, archives made to
// order.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <cicd/image/archive_items_scope.ipp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/image/image.hpp>

namespace cicd::image_tests {

class in_folder : public ::testing::Test {
 protected:
  in_folder() {
    std::string name = std::filesystem::temp_directory_path().string() + "/cicd-image-XXXXXX";
    folder = ::mkdtemp(name.data());
  }
  ~in_folder() override { std::filesystem::remove_all(folder); }

  std::string at(const std::string& relative) const { return folder + "/" + relative; }

  std::string write(const std::string& relative, const std::string& content, unsigned mode = 0644) const {
    const std::string path = at(relative);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << content;
    ::chmod(path.c_str(), mode);
    return path;
  }

  static std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    for (const auto& there : std::filesystem::directory_iterator(path))
      names.push_back(there.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  /// A stamp is trusted only when the clock of files has moved on since the change.
  static void let_file_time_pass(const std::string& path) {
    while (file_time_now() <= stamp_at(path)->changed) continue;
  }

  std::string folder;
};

/// A member of an archive; a link where `target` is set.
struct member {
  std::string name;
  std::string content;
  unsigned type = AE_IFREG;
  std::string target = {};
  std::string hard_link = {};
  unsigned mode = 0644;
  std::int64_t owner = 0;
};

inline void write_members(archive* to, const std::string& path, const std::vector<member>& members) {
  const utf8_names names;
  ASSERT_EQ(archive_write_open_filename(to, path.c_str()), ARCHIVE_OK) << archive_error_string(to);
  for (const auto& one : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, one.name.c_str());
    archive_entry_set_uid(entry, one.owner);
    archive_entry_set_filetype(entry, one.type);
    archive_entry_set_perm(entry, one.mode);
    archive_entry_set_size(entry, static_cast<la_int64_t>(one.content.size()));
    if (!one.target.empty()) archive_entry_set_symlink(entry, one.target.c_str());
    if (!one.hard_link.empty()) archive_entry_set_hardlink(entry, one.hard_link.c_str());
    ASSERT_EQ(archive_write_header(to, entry), ARCHIVE_OK) << archive_error_string(to);
    archive_write_data(to, one.content.data(), one.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(to);
  archive_write_free(to);
}

inline void write_tar(const std::string& path, const std::vector<member>& members) {
  archive* tar = archive_write_new();
  archive_write_set_format_pax_restricted(tar);
  if (path.ends_with(".zst")) archive_write_add_filter_zstd(tar);
  if (path.ends_with(".xz")) archive_write_add_filter_xz(tar);
  if (path.ends_with(".gz")) archive_write_add_filter_gzip(tar);
  write_members(tar, path, members);
}

inline void write_jar(const std::string& path, const std::vector<member>& members) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  archive* zip = archive_write_new();
  archive_write_set_format_zip(zip);
  write_members(zip, path, members);
}

inline std::string value_of(const error& failure, const std::string& label) {
  for (const auto& one : failure.notes)
    if (one.label == label) return one.text;
  return {};
}

}  // namespace cicd::image_tests
