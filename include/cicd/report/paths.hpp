// Paths as a person reads them: those of the source tree in place of a step's own folder, and relative to
// where the person stands, so that an editor opens them. It reads no file: whether one is there is asked.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

struct readable_paths {
  std::map<std::string, std::string> source_folders;  ///< a step's folder → its source folder
  std::string here;  ///< paths below it are shown relative to it; may be empty
  std::function<bool(const std::string&)>
      exists;  ///< none: a path in a step's folder is taken to be in the source tree
  std::map<std::string, std::string>
      links{};         ///< where a step's folder really lies → its path in the build tree
  std::string step{};  ///< whose paths these are; may be empty
  /// The files that a step was given out of the sources whose path is `path` or ends in it, absolute. None:
  /// it is not known.
  std::function<std::vector<std::string>(const std::string& step, std::string_view path)> given{};

  /// Every path in a text. One whose twin in the source tree is not there (what a build made) stays as it is.
  std::string in(std::string_view text) const;
};

}  // namespace cicd
