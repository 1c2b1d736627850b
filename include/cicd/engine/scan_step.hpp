// A scan that was run: its reports are read, what it did not look at is found out, and it is judged. The exit
// status of its program decides nothing alone.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/secret_finder.hpp>
#include <cicd/observe/files.hpp>
#include <cicd/report/scan/merged_sarif.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// Where a scan ran, and how its program ended.
struct scan_ground {
  const graph_step* step = nullptr;
  std::string folder;  ///< its own
  std::string command;
  int exit_status = 0;
  std::chrono::system_clock::time_point now{};
};

/// What it found, by its reports, with fingerprints. Secrets that are known are masked.
scan_result read_scan(const scan_ground& of,
                      shared_index& index,
                      const surroundings& around,
                      const secret_finder& secrets);

/// What `judge_scan` needs of a run.
struct scan_run {
  const workspace& where;
  shared_index& index;
  const surroundings& around;
  std::shared_ptr<const secret_finder> secrets;
  std::string kept_at;  ///< where its SARIF is kept, without its ending
  std::chrono::system_clock::time_point now{};
};

/// Decides how a scan ended whose program ran, or whose reports came back, and remembers what it found. One
/// that did not run is not kept.
void judge_scan(const task& work, outcome& end, const scan_run& run);

/// What is remembered of a scan. Where nothing is, although its reports lie there, its run was killed: it did
/// not run, but where they are of now, since it ended or is up to date. Nothing where it never ran here.
std::optional<scan_result> last_of_scan(const graph_step& step,
                                        const std::string& folder,
                                        const scan_run& run,
                                        bool is_of_now);

/// Of the source folder below the root of its repository: empty or ends in `/`.
std::string prefix_in_repository(const std::string& source);

}  // namespace cicd
