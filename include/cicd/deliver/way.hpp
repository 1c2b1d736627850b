// A way of deploying, as a port: where an environment is, what is there, what a deploy would change, and
// changing it. It knows neither which ways there are (ways.hpp) nor how a plan is shown; what configure must
// know of a way are its capabilities (declare/deploy_ways.hpp).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cicd/deliver/delivery_options.hpp>
#include <cicd/deliver/policy/copies_home.hpp>
#include <cicd/deliver/policy/environment_home.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/plan/plan.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

struct approvable;
class change_gate;
class known_artifacts;
class permit;
struct promotion;
class sources;
struct planned_wave;

/// What a run lends to the ways that it deploys by; it outlives them.
struct way_context {
  const workspace& where;
  const surroundings& around;
  const clock& time;
  const delivery_options& options;
  sources& source;
  change_gate& gate;
  known_artifacts& artifacts;
};

/// An image that is to be there.
struct wanted_image {
  std::string name, repository;
  digest manifest;
};

/// A step of the kind `deploy`, and what it deploys.
struct deploy_request {
  const graph_step& step;
  const std::vector<wanted_image>& images;
  const promotion* promoted = nullptr;  ///< of an environment that never builds
  /// What is done before the environment changes, with the gate's leave; may be done twice.
  std::function<status(const permit& allowed)> make_ready{};
  /// Another part of the environment is deployed: the release is recorded here, too, where all is there
  /// already.
  bool with_others = false;

  const declared_pipeline& pipeline() const { return *step.pipeline; }
  const environment& place() const { return *step.place(); }
};

/// The images of a deploy, or of what was deployed, for the gate: no zips and no files.
std::vector<image_to_verify> images_to_verify(const deploy_request& of);
std::vector<image_to_verify> images_to_verify(const deployment_record& of);

/// What is told once it is recorded in a place; `cluster` is empty where it is in none.
deployed told_of(const deploy_request& of, const deployment_record& record, std::string cluster = {});

/// A deploy of another run that has not ended.
struct living_deploy {
  std::string run, who;
  std::chrono::system_clock::time_point since{}, dead_from{};  ///< for how long it is waited for
};

/// What is there.
struct deployed_release {
  std::optional<deployment_record> record;  ///< nothing: never deployed
  environment_state state{};
  std::optional<hand_revert> reverted{};  ///< what is there was put back by hand, and no release followed
  /// Of an environment with parts: which of them does not have this release, a line each.
  std::vector<std::string> behind{};
  std::optional<living_deploy> under_way{};  ///< nothing: none is known to be
};

/// What is deployed once it is merged.
struct open_proposal {
  deployment_record record;
  std::string branch;     ///< that holds it
  std::string link{};     ///< of the pull request; empty where its server was not asked
  std::string unknown{};  ///< then why
};

/// An environment of a pipeline.
struct deploy_place {
  const declared_pipeline& pipeline;
  const environment& place;
};

using say_line = std::function<void(const std::string& line)>;

/// Used by several threads at once, for one step by one at a time.
class way {
 public:
  explicit way(const way_context& in) : in_(in) {}
  virtual ~way() = default;
  way(const way&) = delete;
  way& operator=(const way&) = delete;

  /// Where it is, as a person names it.
  virtual std::string address_of(const declared_pipeline& pipeline, const environment& place) const = 0;
  /// Whether it lies in the build tree, so that nothing outside is changed.
  virtual bool is_embedded(const environment& place) const = 0;
  virtual result<deployed_release> look(const declared_pipeline& pipeline,
                                        const environment& place,
                                        const cancellation* cancelled) const = 0;
  /// The same of several environments of this way, in their order; one that fails leaves the others. Asked
  /// together where that is quicker.
  virtual std::vector<result<deployed_release>> look_at_all(std::span<const deploy_place> all,
                                                            const cancellation* cancelled) const;
  /// The newest first, at most `most`.
  virtual result<std::vector<deployment_record>> history_of(const declared_pipeline& pipeline,
                                                            const environment& place,
                                                            std::size_t most) const = 0;

  /// What a revision of where the manifests lie had recorded, such as one that an agent has applied. Class
  /// `usage` where the way has no revisions, `remote` where this one is not there.
  virtual result<std::optional<deployment_record>> record_at(const declared_pipeline& pipeline,
                                                             const environment& place,
                                                             const std::string& revision,
                                                             const cancellation* cancelled) const;

  /// What is proposed and not merged yet, after `there` is what is deployed. Nothing where the way proposes
  /// nothing.
  virtual result<std::optional<open_proposal>> proposal_in(const declared_pipeline&,
                                                           const environment&,
                                                           const std::optional<deployment_record>&,
                                                           const cancellation*) const {
    return std::optional<open_proposal>();
  }

  /// Where an environment keeps its state, to be held and put back: several clusters are several homes. None
  /// where the way can do neither. They outlive neither the declaration nor what the run lends.
  virtual std::vector<open_home> homes_of(const declared_pipeline&,
                                          const environment&,
                                          const cancellation*) const {
    return {};
  }

  /// The copies of branches beside an environment, of a way that keeps them in no cluster; else none. It
  /// outlives neither the declaration nor what the run lends.
  virtual std::shared_ptr<copies_home> copies_of(const declared_pipeline&,
                                                 const environment&,
                                                 const cancellation*) const {
    return nullptr;
  }

  /// What can be said of a step before anything is known of its images.
  virtual status check(const graph_step&) const { return {}; }
  /// Compares what is wanted with what is there; the gate's refusal is an error, in a rehearsal a reason.
  virtual result<step_plan> plan(const deploy_request& of) = 0;
  /// For a plan of a deploy whose images are not made yet: what is known of it, with `images` whose digests
  /// are not; lines for a person.
  virtual result<std::vector<std::string>> foresee(const deploy_request&) {
    return std::vector<std::string>();
  }
  /// Does it, with the gate's leave; blocks. What is there already is success.
  virtual outcome apply(const deploy_request& of, const say_line& say) = 0;
  /// Where it is after a success: label and text.
  virtual std::vector<note> where_it_is(const graph_step&) const { return {}; }
  /// What was planned last for a step, of a way whose plans can be saved; else nothing.
  virtual std::span<const planned_wave> last_plans(const std::string&) const { return {}; }
  /// What can be approved of what was planned last for a step, one for each home, in their order; nothing
  /// where its images are not made.
  virtual std::vector<approvable> last_approvable(const std::string& step) const = 0;

 protected:
  const way_context in_;
};

/// `up to date`, to be filled in where there is something to do.
step_plan nothing_to_do();
/// Why a deploy is needed, from the records before and after.
std::vector<std::string> deploy_reasons(const std::optional<deployment_record>& before,
                                        const deployment_record& after);

}  // namespace cicd
