// What a step's REPORTS and FINDINGS say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/observe/files.hpp>
#include <cicd/run/event.hpp>
#include <cicd/run/runner.hpp>

namespace cicd {

/// The test cases in these files below a step's folder; what is no report is passed over.
std::vector<test_case> cases_in(const std::string& folder, const file_set& reports);

/// Why a step failed that is no scan: how many FINDINGS there are, the worst of them, and where they are kept
/// as SARIF (`kept_at` with an ending), with paths that lead from the repository's root and secrets masked.
std::optional<error> findings_of(const task& work,
                                 const file_set& files,
                                 const std::string& kept_at,
                                 const secret_finder& secrets);

}  // namespace cicd
