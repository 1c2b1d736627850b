// Escaping for GitHub's, GitLab's and Azure's Markdown.
#pragma once

#include <cicd/report/markdown.hpp>

#include <cicd/base/unicode.hpp>

namespace cicd {

std::string markdown_text(std::string_view text) {
  std::string made;
  for (const char c : displayable(text)) {
    if (std::string_view("|*_`<>[]()!#\\&~@").find(c) != std::string_view::npos) made += '\\';
    made += c;
  }
  return made;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& each : cells) row += " " + markdown_text(each) + " |";
  return row + "\n";
}

}  // namespace cicd
