// Plain text in lines.
#pragma once

#include <cicd/declare/explain/text_page.hpp>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd::declaring {

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string lines;
  std::size_t used = indent;
  for (const std::string& word : split(text, ' ')) {
    if (word.empty()) continue;
    const bool breaks = used > indent && used + 1 + columns(word) > width;
    if (breaks)
      lines.append("\n").append(indent, ' '), used = indent;
    else if (used > indent)
      lines.push_back(' '), ++used;
    lines.append(word);
    used += columns(word);
  }
  return lines;
}

void aligned_lines::add(std::string name, std::string text) {
  if (!text.empty()) lines_.emplace_back(std::move(name), std::move(text));
}

std::string aligned_lines::text() const {
  std::size_t width = 0;
  for (const auto& [name, text] : lines_) width = std::max(width, columns(name));
  std::string all;
  for (const auto& [name, text] : lines_) {
    all.append("  ").append(name).append(width - columns(name) + 2, ' ');
    all.append(wrapped(text, width + 4)).append("\n");
  }
  return all;
}

}  // namespace cicd::declaring
