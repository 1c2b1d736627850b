// Publishing: a pipeline's images are in their registry under the commit's tag. It does not know where they
// are deployed.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/way.hpp>
#include <cicd/image/registry.hpp>

namespace cicd {

/// How the registries of a run are reached.
registry_options registries_of(const workspace& where, const cancellation& cancelled);
/// What is to be published and deployed, given the artifacts of the image steps. Class `corrupt` where one is
/// not known.
result<std::vector<wanted_image>> images_of(const declared_pipeline& pipeline,
                                            const effect_planner::artifacts& images);

/// The repositories of a pipeline's images and artifacts that are no embedded default: those of real
/// registries.
std::set<std::string> outside_repositories(const declared_pipeline& pipeline);

class publisher {
 public:
  explicit publisher(const way_context& in) : in_(in) {}

  /// Class `conflict` where a tag stands for another image: none is ever moved.
  result<step_plan> plan(const graph_step& step, const std::vector<wanted_image>& images);
  outcome publish(const graph_step& step, const std::vector<wanted_image>& images, const say_line& say) const;
  /// The artifact of a clean commit that is whole, so that nothing need be built for it; nothing where there
  /// is none, or none that can be used.
  result<std::optional<artifact_record>> published(const graph_step& step);
  /// The commands that show what was published.
  std::vector<note> where_it_is(const graph_step& step, const std::vector<wanted_image>& images);

 private:
  result<artifact_store> store_of(const graph_step& step) const;
  status look_whose(const graph_step& step);
  using ask_gate = std::function<status(const std::string& repository)>;
  status plan_artifact(const graph_step& step,
                       const std::vector<wanted_image>& images,
                       const ask_gate& ask,
                       step_plan& plan);
  status plan_signature(
      const graph_step& step, const wanted_image& image, registry& in, const ask_gate& ask, step_plan& plan);
  result<bool> are_signed(const declared_pipeline& pipeline, const artifact_record& record) const;
  result<std::string> builder_of(const artifact_store& in,
                                 const artifact_record& made,
                                 const declared_pipeline& pipeline) const;
  status keep_artifact(const permit& allowed,
                       const graph_step& step,
                       const std::vector<wanted_image>& images,
                       outcome& end) const;
  using tags_by_repository = std::map<std::string, std::string>;
  /// Of one step: used by one thread at a time.
  tags_by_repository& tags_of(const std::string& step);

  const way_context in_;
  std::mutex mutex_;
  std::map<std::string, tags_by_repository> tags_;  ///< by step
};

}  // namespace cicd
