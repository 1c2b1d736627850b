// The files of an existing repository, which is not trusted: found once, read within limits, never through a
// link that leads out. It does not know what they mean.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/engine/adopt/facts.hpp>

namespace cicd::source_files {

/// `pom.xml` of `services/orders/pom.xml`, and the folder before it: empty at the top.
std::string_view name_of(std::string_view path);
std::string folder_of(std::string_view path);
/// `services/orders/pom.xml`; the file itself where the folder is empty.
std::string path_in(std::string_view folder, std::string_view file);
bool is_below(std::string_view path, std::string_view folder);

class repository {
 public:
  /// Lists the folder, less what others make: hidden folders, dependencies, outputs of builds. Class `usage`
  /// where it cannot be read or has too many files.
  static result<repository> open(const std::string& root);

  const std::string& root() const { return root_; }
  /// Plain files and links, sorted.
  const std::vector<std::string>& files() const { return files_; }
  /// Whether the file, or with a `/` at the end anything below the folder, is there.
  bool has(const std::string& path) const;
  /// Nothing where it is not there or cannot be read, which is then one of `unread`.
  std::optional<std::string> text(const std::string& path);
  /// What the file says; read once.
  const file_facts& facts(const std::string& path);

  std::vector<unread_part> unread{};

 private:
  std::string root_;
  std::vector<std::string> files_;
  std::map<std::string, file_facts> facts_;
};

}  // namespace cicd::source_files
