// Runs and deployments as lines and JSON, for the commands that show them.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/records/run_summary.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/report/moments.hpp>

namespace cicd {

/// The index of runs of the build tree's user.
std::string index_file(const session& of);
/// The last runs: from the index, or from the runs' own files where it cannot be used, which is said.
result<std::vector<run_summary>> last_runs(const session& of, std::size_t most);

/// The ids of the build tree's runs, also of those that have no result yet.
std::vector<std::string> runs_newest_first(const workspace& where);

/// A page's times, relative unless `exact`.
moment_words moments_of_page(bool exact);
/// The terminal's width; 0 where standard output is none, so that nothing is cut in a file.
std::size_t table_width(const surroundings& around);
/// `v1.4.0 (1a2b3c4)`, `1a2b3c4-dirty`: which build it is.
std::string version_text(const deployment_record& of);

/// The columns of runs, and a row of them.
const std::vector<std::string>& run_header();
/// Those that a narrow terminal goes without, in that order.
const std::vector<std::size_t>& dispensable_of_runs();
std::vector<std::string> row_of(const run_summary& run, const moment_words& times);
json json_of(const run_summary& run);

}  // namespace cicd
