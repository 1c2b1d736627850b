// What CMake may hear where it configures a commit that is trusted, in the build tree of one that is not:
// nothing that this one decided, and nothing that leads into its files. Pure but for links, which are
// resolved.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/system/environment.hpp>

namespace cicd {

/// Folders whose files are not trusted: a checkout and its build tree.
class untrusted_folders {
 public:
  explicit untrusted_folders(const std::vector<std::string>& folders);
  /// Whether the path leads into one of them, by its name or by links.
  bool hold(const std::string& path) const;
  /// Whether the text names such a path anywhere in it: `-I<checkout>/include`, a list of `;` or `:`.
  bool are_named_in(std::string_view text) const;

 private:
  std::vector<std::string> folders_;
};

/// Without the variables that name such a path, and without those by which CMake is led to files or choices
/// of a project where they are relative; of PATH the other folders stay.
surroundings without_folders(const surroundings& around, const untrusted_folders& folders);

/// Of a CMakeCache.txt: `-D` of the compilers, of the build program and of the installed cicd, where these
/// lie outside.
std::vector<std::string> settings_of_tools(std::string_view cache, const untrusted_folders& folders);

}  // namespace cicd
