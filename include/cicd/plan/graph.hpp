// The steps of a build tree and what comes before what. Pure; it does not know how a step is run or what is
// on disk.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/model.hpp>

namespace cicd {

/// What a step is, which decides how it is planned and run.
enum class step_kind : std::uint8_t {
  command,  ///< pure: a program over declared inputs
  image,    ///< pure: an OCI image, the zip of a function or a group of files, out of other steps' outputs
  publish,  ///< effect: the pipeline's images are in their registry under the commit's tag
  deploy    ///< effect: an environment holds the manifests for these images
};

/// `command`, `image`, `publish`, `deploy`
std::string_view word_of(step_kind kind);

/// The id of the step that deploys to an environment: `orders/deploy-prod`.
std::string deploy_step_of(std::string_view pipeline, std::string_view environment);

/// Pure steps have keys and can come from the cache; effects compare what is wanted with what is there.
constexpr bool is_pure(step_kind kind) {
  return kind == step_kind::command || kind == step_kind::image;
}

/// Whether an environment takes artifacts that were made before, and nothing is built for it.
inline bool never_builds(const environment& place) {
  return place.on.kind == ref_kind::tag || (place.on.kind == ref_kind::none && is_released(place));
}

/// A step within `step_graph::steps`.
using step_index = std::uint32_t;

struct command_step {
  const step* declared = nullptr;
};

/// An image, the zip of a function, or a group of files.
struct image_step {
  const image* declared = nullptr;
  const zip_function* function = nullptr;
  const file_group* files = nullptr;
};

struct publish_step {};

struct deploy_step {
  const environment* place = nullptr;
  /// What of a branch is deployed there: nothing (the environment itself), a copy beside it, or a share of
  /// its pods.
  std::variant<std::monostate, const preview*, const canary*> branch{};
};

/// A value of a step before it that a step's texts use.
struct used_value {
  std::string written;  ///< `database.outputs.host`
  std::string name;     ///< `host`
  step_index from = 0;
};

/// What is to be done, and the declaration of it: an alternative for each `step_kind`, in the same order.
using step_work = std::variant<command_step, image_step, publish_step, deploy_step>;

struct graph_step {
  std::string id;  ///< `orders/build`
  const declared_pipeline* pipeline = nullptr;
  step_work work{};
  std::vector<step_index> after{};  ///< direct predecessors, all with a smaller index
  /// The same, of which none is wanted because this is: it waits for those that are wanted as well.
  std::vector<step_index> after_if_wanted{};
  /// Other pipelines that steps before it are of: what they make may be in what it makes.
  std::vector<const declared_pipeline*> others{};

  std::vector<used_value> values{};  ///< that it uses, secret ones too, each once

  bool is_by_hand = false;  ///< a person promotes an artifact by it
  /// Of a part of an environment: the step that deploys it all, of which the gate is asked. It outlives this.
  const graph_step* part_of = nullptr;
  const graph_step& whole() const { return part_of == nullptr ? *this : *part_of; }

  std::string name() const { return id.substr(id.find('/') + 1); }
  step_kind kind() const { return static_cast<step_kind>(work.index()); }

  // What was declared; null where the step is of another kind.
  const step* command() const;
  const image* declared_image() const;
  const zip_function* declared_function() const;
  const file_group* declared_files() const;
  const environment* place() const;    ///< of any `deploy`
  const preview* branch_copy() const;  ///< of a `deploy` of the branch beside the environment
  const canary* branch_share() const;  ///< of a `deploy` of the branch among the environment's pods

  /// It runs in the source folder, among whatever lies there, so that its result is of use to no other step.
  bool runs_in_source() const { return command() != nullptr && command()->in_source; }
  /// Its reports decide whether it fails.
  bool is_scan() const { return command() != nullptr && command()->is_scan(); }
  /// It deploys what a branch has of its own, and so only when it is asked for.
  bool is_of_branch() const { return branch_copy() != nullptr || branch_share() != nullptr; }
  /// What IN calls it: `preview`, `canary`, or empty for the environment itself.
  std::string_view copy() const {
    if (branch_copy() != nullptr) return "preview";
    return branch_share() != nullptr ? "canary" : "";
  }
  /// It takes the artifact of a commit and never builds: an environment that follows tags, of a pipeline with
  /// images, or any of a pipeline that is built elsewhere.
  bool promotes() const {
    return place() != nullptr && !is_of_branch()
           && (is_by_hand || never_builds(*place()) || pipeline->is_elsewhere()) && pipeline->has_artifacts();
  }
  /// While it holds the connection to a cluster open, no command of the team's may run.
  bool runs_alone() const { return place() != nullptr && can(place()->via, way_feature::cluster); }
};

/// All steps, each after those that it depends on; otherwise in the order of their declaration. Refers into
/// the model.
struct step_graph {
  std::vector<graph_step> steps;
  std::map<std::string, step_index, std::less<>> by_id;

  std::optional<step_index> find(std::string_view id) const;
};

/// The graph of a checked model: commands and images as declared; one `publish` for each pipeline with
/// images, after its images and all its tests and scans; one `deploy-<environment>` for each environment,
/// after `publish`. Where they are wanted as well, a deploy comes after those of FROM, after those of the
/// other pipelines that its services are AFTER, and one that never builds after `publish`.
step_graph graph_of(const model& of);

/// Those steps and all before them, in the graph's order.
std::vector<step_index> closure(const step_graph& graph, const std::vector<step_index>& wanted);

/// Each of these (sorted) comes after those of its `after_if_wanted` that are among them.
void order_wanted(step_graph& graph, const std::vector<step_index>& wanted);

/// What of a pipeline is published: an image, the zip of a function, or a group of files.
struct published_part {
  std::string name, step;  ///< `webhook`, made by the step `zip-webhook`
  std::string repository;
  const char* noun = "image";  ///< `zip`, `files`
};
/// All of them, images first.
std::vector<published_part> published_parts(const declared_pipeline& pipeline);
/// Where a function's zip is published: `s3://<bucket>/<pipeline>/<function>`, without a BUCKET
/// `bucket:<pipeline>/<function>`.
std::string repository_of(const declared_pipeline& pipeline, const zip_function& of);
/// Where a group of files is published: a repository beside the images, or a place in a bucket, each behind
/// `files:`.
std::string repository_of(const declared_pipeline& pipeline, const file_group& of);
/// Where the artifacts of a pipeline are: with its first image, else in the bucket of its zips, else where
/// its files are.
std::string repository_of_artifacts(const declared_pipeline& pipeline);

/// Where an image is published: its own repository or its pipeline's; `<pipeline>` when neither is declared.
std::string repository_of(const declared_pipeline& pipeline, const image& of);

}  // namespace cicd
