// BASELINE of a pipeline as it lies there, and by what each of its scans is judged today.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/report/scan/verdict.hpp>

namespace cicd {

/// Where BASELINE lies, absolute; empty where none is declared.
std::string baseline_path(const declared_pipeline& of);
/// Empty where none is declared, or no such file is there. `left_out` is as for `read_baseline`.
or_errors<scan_baseline> baseline_of(const declared_pipeline& of,
                                     std::chrono::sys_days today,
                                     std::vector<std::string>* left_out = nullptr);

/// The baseline outlives what is made of it.
scan_policy policy_of(const graph_step& scan, const scan_baseline& by, std::chrono::sys_days today);

/// Makes what a scan is judged by part of its key: another verdict is another result. An exception that ended
/// is no part any more, so that the scan runs again on that day.
observation with_scans(const step_graph& graph, const std::vector<step_index>& wanted, observation seen);

}  // namespace cicd
