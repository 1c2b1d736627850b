// A frame's bytes: up to the region's first line, what stays, then each line that changed (ECMA-48: CUU, EL,
// ED).
#pragma once

#include <cicd/report/live_region.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

#include <algorithm>

namespace cicd {

/// A terminal that became narrower has broken the drawn lines: then they take more rows than there are lines.
std::size_t live_region::rows_drawn(std::size_t width) const {
  if (width >= width_ || width == 0) return drawn_.size();
  std::size_t rows = 0;
  for (const std::string& line : drawn_)
    rows += std::max<std::size_t>(1, (columns(line) + width - 1) / width);
  return rows;
}

std::string live_region::frame(std::string_view above, std::vector<std::string> lines, std::size_t width) {
  const bool moved = !above.empty() || width != width_;
  if (!moved && lines == drawn_) return {};
  std::string bytes;
  if (!drawn_.empty()) bytes.append("\r\x1b[").append(std::to_string(rows_drawn(width))).append("A");
  // Lines above may be as wide as they like and wrap, so the region gives way to them as a whole.
  if (!drawn_.empty() && moved) bytes.append("\x1b[J");
  bytes.append(replaced_all(std::string(above), "\n", "\r\n"));
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (moved || at >= drawn_.size() || lines[at] != drawn_[at]) bytes.append(lines[at]).append("\x1b[K\r");
    bytes.append("\n");
  }
  if (!moved && lines.size() < drawn_.size()) bytes.append("\x1b[J");
  drawn_ = std::move(lines);
  width_ = width;
  return bytes;
}

}  // namespace cicd
