// Running a Job to its end: create it, follow its log, know how its container ended, clean up. It does not
// know what the command is for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <cicd/kubernetes/api/cluster.hpp>
#include <cicd/kubernetes/rollout/rollout.hpp>

namespace cicd::kubernetes {

struct job_end {
  bool good = false;
  int status = 0;       ///< of the container; 0 also where it never ran
  std::string meaning;  ///< `exit status 3`, `killed: out of memory`, `ended after its deadline of 10m`
  std::optional<diagnosis> why;  ///< where it never ran
};

struct job_options {
  bool remove = true;                                  ///< when it has ended
  bool remove_interrupted = true;                      ///< and its pods, which are ended for it
  std::function<void(std::string_view line)> output;   ///< the container's log, line by line
  std::function<void(const std::string& line)> say{};  ///< what happens meanwhile
};

/// Blocks until the Job has ended. Class `conflict` when a Job of that name is there already.
result<job_end> run_job(cluster& with, const json& job, const job_options& options);

/// The same of a Job that is there already: where it has ended, what came of it, with its log as far as its
/// pods are still there.
result<job_end> follow_job(cluster& with, const json& there, const job_options& options);

/// How a Job that is there stands.
enum class job_standing : std::uint8_t { runs, good, failed };
job_standing standing_of(const json& job);

/// `<of>-<hash of unique>`, cut so that it has at most 63 characters: never the same for two runs.
std::string job_name(std::string_view of, std::string_view unique);

}  // namespace cicd::kubernetes
