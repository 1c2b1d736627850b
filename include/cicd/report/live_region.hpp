// The last lines of a terminal, rewritten in place: what is above them stays. It makes the bytes of a frame
// and writes nothing, so that a frame is one write; it never hides the cursor, which rests at the start of
// the line below.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cicd {

class live_region {
 public:
  /// The bytes that put `above` (whole lines, each with its end) over the region and make the region `lines`.
  /// Only lines that changed are written. `lines` are narrower than `width` and fewer than the terminal's
  /// height.
  std::string frame(std::string_view above, std::vector<std::string> lines, std::size_t width);
  bool empty() const { return drawn_.empty(); }

 private:
  std::size_t rows_drawn(std::size_t width) const;

  std::vector<std::string> drawn_;
  std::size_t width_ = 0;
};

}  // namespace cicd
