// How far the environments of a board are behind the first of their pipeline, whether what runs there was
// yanked, and what would keep the next release from being deployed. It changes nothing, and does not know how
// any of it is shown.
#pragma once

#include <vector>

#include <cicd/driver/commands/status_board.hpp>

namespace cicd {

/// Fills in what read_status() left open: `first`, `distance`, `yanked`, `next` and `proposal`, and the
/// remarks on them. Git is started once for each repository of sources, and registries are asked side by
/// side. One that does not answer is a warning, and leaves open what it would have told.
void look_ahead(std::vector<environment_status>& board,
                const session& in,
                delivery& releases,
                const moment_words& times,
                errors& warnings);

/// The environments' names in the order in which the pipelines declare them.
std::vector<std::string> columns_of(const std::vector<environment_status>& board);

}  // namespace cicd
