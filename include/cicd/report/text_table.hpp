// Rows of text under a header, as wide as the terminal. It does not know what stands in them.
#pragma once

#include <string>
#include <vector>

namespace cicd {

/// Left-aligned columns, two spaces apart; a column that is empty in each row is left out, header and all.
/// Where the whole is wider than `width` (0: never), the widest columns are cut, with `…` at the end.
/// Columns of `dispensable` are left out before that, in that order, as many as it takes.
/// An empty `header` gives rows alone. Each line ends with a newline; no rows give nothing.
std::string table_text(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows,
                       std::size_t width = 0,
                       const std::vector<std::size_t>& dispensable = {});

}  // namespace cicd
