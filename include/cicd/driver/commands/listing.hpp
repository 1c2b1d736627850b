// Runs and deployments as lines and JSON, for the commands that show them.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/records/run_summary.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

/// The index of runs of the build tree's user.
std::string index_file(const session& of);
/// The last runs: from the index, or from the runs' own files where it cannot be used, which is said.
result<std::vector<run_summary>> last_runs(const session& of, std::size_t most);

/// Left-aligned columns, two spaces apart.
std::string table_of(const std::vector<std::vector<std::string>>& rows);
std::vector<std::string> row_of(const run_summary& run);
std::vector<std::string> row_of(const deployment_record& record);
json json_of(const run_summary& run);

}  // namespace cicd
