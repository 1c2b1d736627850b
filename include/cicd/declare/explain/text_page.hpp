// Plain text in lines, for the pages of `cicd explain`. It knows widths, not what is written.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cicd::declaring {

/// `text` in lines of at most `width` columns, the first not indented, the others by `indent`.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 100);

/// Lines of a name and a text, the texts aligned.
class aligned_lines {
 public:
  /// A text that is empty gives no line.
  void add(std::string name, std::string text);
  std::string text() const;

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

}  // namespace cicd::declaring
