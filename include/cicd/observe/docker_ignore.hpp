// A `.dockerignore`: which files of a build context are left out. Rules are those of Docker: the last that
// matches counts, one that begins with `!` takes a file back, and what matches a folder matches all below it.
// No file is touched.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cicd::observing {

class docker_ignore {
 public:
  /// `text` is the file's; paths that are asked for are relative to a folder of which the context is `below`,
  /// empty where it is that folder.
  docker_ignore(std::string_view text, std::string_view below);

  bool hides(std::string_view path) const;
  /// Whether nothing below that folder can be left.
  bool hides_folder(std::string_view path) const;

 private:
  struct rule {
    std::string pattern;
    bool takes_back = false;
  };
  std::vector<rule> rules_;
  std::string below_;
  bool takes_back_ = false;
};

}  // namespace cicd::observing
