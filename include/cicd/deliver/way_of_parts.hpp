// An environment with parts as one: each part is deployed by its own way, after the environment, and what is
// there is what all of them have. It knows no way.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <cicd/deliver/ways.hpp>

namespace cicd {

/// What is there of the environment and, in the order of its parts, of each of them, as one: the
/// environment's record with the images of all, of the time when the last had it. It has failed where a part
/// has failed, and is being deployed where one does not have the same release yet.
deployed_release seen_as_one(const environment& whole,
                             deployed_release own,
                             const std::vector<deployed_release>& parts);

/// The same of the past, each the newest first.
std::vector<deployment_record> past_as_one(const environment& whole,
                                           std::vector<deployment_record> own,
                                           const std::vector<std::vector<deployment_record>>& parts);

/// The deploy of the environment itself, then one for each part, which refers to it; of a branch's copy the
/// first alone.
std::vector<graph_step> steps_with_parts(const graph_step& whole);

class way_of_parts : public way {
 public:
  /// `ways` outlives it.
  way_of_parts(const way_context& in, const way_set& ways) : way(in), ways_(ways) {}

  std::string address_of(const declared_pipeline& pipeline, const environment& place) const override;
  bool is_embedded(const environment& place) const override;
  result<deployed_release> look(const declared_pipeline& pipeline,
                                const environment& place,
                                const cancellation* cancelled) const override;
  result<std::vector<deployment_record>> history_of(const declared_pipeline& pipeline,
                                                    const environment& place,
                                                    std::size_t most) const override;
  result<std::optional<deployment_record>> record_at(const declared_pipeline& pipeline,
                                                     const environment& place,
                                                     const std::string& revision,
                                                     const cancellation* cancelled) const override;
  std::vector<open_home> homes_of(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const cancellation* cancelled) const override;
  std::shared_ptr<copies_home> copies_of(const declared_pipeline& pipeline,
                                         const environment& place,
                                         const cancellation* cancelled) const override;
  status check(const graph_step& step) const override;
  result<step_plan> plan(const deploy_request& of) override;
  result<std::vector<std::string>> foresee(const deploy_request& of) override;
  outcome apply(const deploy_request& of, const say_line& say) override;
  std::vector<note> where_it_is(const graph_step& step) const override;
  std::vector<approvable> last_approvable(const std::string& step) const override;

 private:
  /// The environment itself or a part, as a step of its own.
  struct member {
    graph_step step;
    std::vector<wanted_image> images;
    bool is_planned = false;  ///< its way has a plan of it
  };
  using members = std::vector<std::unique_ptr<member>>;

  static members members_of(const deploy_request& of);
  static deploy_request request_for(const member& which, const deploy_request& of, bool with_others);
  /// What was planned last.
  members& planned(const std::string& step) const;

  const way_set& ways_;
  mutable std::mutex mutex_;  ///< of the map
  /// By step; ways refer into them for as long as the run is.
  mutable std::map<std::string, std::vector<members>> planned_;
};

}  // namespace cicd
