// What is deployed everywhere, as a table: one line a pipeline, a column an environment. It does not know how
// it was found.
#pragma once

#include <string>
#include <vector>

#include <cicd/driver/commands/status_board.hpp>

namespace cicd {

struct status_table_format {
  std::size_t width = 0;  ///< 0: as wide as it has to be
  bool has_signs = true;  ///< `−` and `–`; else ASCII
};

/// Where the columns do not fit the width, a block for each pipeline with a line for each environment.
std::string status_table(const std::vector<environment_status>& board, const status_table_format& as);

}  // namespace cicd
