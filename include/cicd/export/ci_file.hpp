// The files of CI systems: jobs become YAML, what the team adds is merged in, and a head says from what the
// file was made. Pure: the same declarations give the same bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/export/ci_jobs.hpp>
#include <cicd/export/ci_lines.hpp>

namespace cicd {

/// A CI system that can be exported to.
struct ci_system {
  std::string_view name;   ///< `github`
  std::string_view path;   ///< of its file, below the top of the repository
  std::string_view local;  ///< of what is merged in
};
/// In the order in which they are named.
const std::vector<ci_system>& ci_systems();
const ci_system* find_ci_system(std::string_view name);

/// The file, with its head. `local` is what the team adds, an object or null: objects are merged member by
/// member, lists are added to, everything else takes the place of what was exported. Class `usage` where the
/// declarations cannot be exported to that system.
result<std::string> ci_file_of(const ci_system& system,
                               const ci_jobs& jobs,
                               const ci_source& of,
                               const json& local);

/// What a system cannot do of what is declared: sentences for who exports.
std::vector<std::string> ci_notes(const ci_system& system, const ci_jobs& jobs);

/// Whether the text is an export: it has the head.
bool is_ci_export(std::string_view text);

/// Drone's file as it was before `drone sign --save`, which puts a signature behind it.
std::string without_signature(std::string_view text);

/// The lines that differ, with those around them: `- ` there, `+ ` as it would be written.
std::string difference_of(std::string_view there, std::string_view wanted);

// Each system's own.
result<json> github_workflow(const ci_jobs& jobs, const ci_source& of);
result<json> gitlab_pipeline(const ci_jobs& jobs, const ci_source& of);
json circleci_config(const ci_jobs& jobs, const ci_source& of);
json buildkite_pipeline(const ci_jobs& jobs, const ci_source& of);
/// Drone's pipelines by name, and the documents of their file.
json drone_pipelines(const ci_jobs& jobs, const ci_source& of);
std::string drone_text(const json& pipelines);
/// Groovy, which nothing is merged into.
std::string jenkins_pipeline(const ci_jobs& jobs, const ci_source& of);

}  // namespace cicd
