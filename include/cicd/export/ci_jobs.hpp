// The jobs that a build tree becomes in a CI system: one for each pipeline and stage, with the edges of the
// graph. Pure; it knows no system's file, and not how a step is run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

/// What a job is, which decides when it runs.
enum class ci_job_kind : std::uint8_t {
  verify,    ///< builds, tests, scans, makes images or publishes
  plan,      ///< shows and saves what the deploy behind the gate will do
  gate,      ///< waits for a person
  deploy,    ///< an environment that follows a branch or a tag
  preview,   ///< of a pull request, behind a gate
  closed,    ///< of a pull request that was closed
  by_hand,   ///< started by its name
  scheduled  ///< by time
};

struct ci_job {
  ci_job_kind kind = ci_job_kind::verify;
  std::string name;                      ///< `orders-build`; of several pipelines `all-build`
  std::string pipeline;                  ///< empty: of all of the build tree
  std::string part;                      ///< `build`, `deploy-prod`
  std::vector<std::string> pipelines{};  ///< of a job that is one for each of these
  std::vector<std::string> after{};      ///< names of jobs
  std::vector<std::string> steps{};      ///< those that it ends with
  std::vector<std::string> makes{};      ///< of the plan of a preview: `image`, where no job made it
  std::string place{};                   ///< of a deploy: `orders-prod`, in which one runs at a time
  std::string environment{};             ///< the name of the environment
  std::string role{};                    ///< of AWS; empty: it asks for no token
  std::string command{};                 ///< of the driver, in place of a target: `preview sweep {pipeline}`
  bool is_approved = false;              ///< a gate comes before it
  bool is_planned = false;               ///< and it deploys what the job before the gate saved
  bool is_preview = false;               ///< of a pull request: the preview, its plan or its gate
  bool asks_approval = false;            ///< APPROVAL is declared: cicd's own counts, too
  bool reads_remote = false;             ///< the gate asks the remote repository
  bool is_named = false;                 ///< started by its name, as are the plan and the gate before it
  bool signs_keyless = false;            ///< it publishes, and signs by the identity of the job
  trigger on{};                          ///< of a deploy

  bool is_matrix() const { return !pipelines.empty(); }
  /// Whether others take what it made; a job for all of the build tree makes nothing.
  bool hands_on() const {
    return (!pipeline.empty() || is_matrix())
           && (kind == ci_job_kind::verify || kind == ci_job_kind::plan || kind == ci_job_kind::deploy);
  }
};

/// Of a deploy, its plan and its gate: `prod` of `deploy-prod` and `plan-prod`, `branch` of `deploy-branch`.
inline std::string_view what_is_deployed(const ci_job& of) {
  return std::string_view(of.part).substr(of.part.find('-') + 1);
}

/// More pipelines than this, and a stage is one job with a matrix, but of those whose name begins with a
/// digit.
inline constexpr std::size_t most_single_pipelines = 12;

struct ci_jobs {
  std::vector<ci_job> single{};                 ///< one for each pipeline and part, in the order of the graph
  std::vector<ci_job> jobs{};                   ///< as they are exported: the same, or one for each part
  std::vector<std::string> branches{}, tags{};  ///< patterns of pushes that are built
  std::string main_branch{};  ///< on which jobs run by time, and which a proposal is compared with
  bool has_previews = false, has_scheduled = false, has_by_hand = false;
  /// A name that two jobs or two places would have, with what they are; then nothing can be exported.
  struct clash {
    std::string name, one, other;
  };
  std::optional<clash> clashes{};

  const ci_job* find(std::string_view name) const;
};

/// Of a checked model and its graph.
ci_jobs ci_jobs_of(const model& of, const step_graph& graph);

}  // namespace cicd
