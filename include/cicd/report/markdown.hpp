// Text of others in Markdown: nothing of it is markup, HTML, a mention or a link.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// In a line or a cell of a table, which it cannot end.
std::string markdown_text(std::string_view text);
/// A row of a table, with its end; the cells are escaped.
std::string markdown_row(const std::vector<std::string>& cells);

}  // namespace cicd
