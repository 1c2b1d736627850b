// The bases that an image takes from registries, and which bytes they are: what the sources say by digest,
// and by `cicd.lock` of what they name by a tag. It asks no registry.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/placeholders.hpp>
#include <cicd/engine/dockerfile_sources.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/image/base_lock.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/plan/key.hpp>

namespace cicd {

/// PLATFORMS; of an image without them one that is empty and stands for this machine's.
std::vector<std::string> platforms_of(const image& declared);
/// What `{arch}` and `{platform}` stand for in BASE and FILES.
placeholder_values values_of_platform(std::string_view platform);

/// The Dockerfile of an image, relative to the source folder, the rules of what of its context is left out,
/// and where they stand.
struct dockerfile_place {
  std::string path, context;  ///< `context` empty: the source folder
  std::optional<std::string>
      ignore_path{};  ///< `<Dockerfile>.dockerignore`, else `.dockerignore` of the context
  std::string ignore_text{};
};
dockerfile_place dockerfile_place_of(const image& declared, const std::string& source);

/// What the Dockerfile of an image step takes from elsewhere. Class `usage` where it is not there, or is
/// none.
result<dockerfile_sources> sources_of_image(const graph_step& step);

/// Locks of source trees, each read once.
class base_locks {
 public:
  explicit base_locks(const session& of) : of_(of) {}

  /// Where the lock of a pipeline is, or is to be made. Class `usage` where there are two.
  result<std::string> path_for(const declared_pipeline& pipeline);
  /// Empty where the file is not there.
  result<base_lock> read(const std::string& path);
  /// What BASE, or the Dockerfile, names in registries, as the locks say. Class `usage` with what helps.
  result<std::vector<observed_base>> bases_of(const graph_step& step);

 private:
  result<observed_base> locked(const graph_step& step,
                               std::string reference,
                               std::string where,
                               const std::string& platform);

  const session& of_;
  std::map<std::string, result<std::string>> paths_;  ///< by source folder
  std::map<std::string, result<base_lock>> locks_;    ///< by path
};

/// What an image names in registries: the reference, and where; of a BASE `where` is empty.
struct named_reference {
  std::string text, reference, where;
  std::string platform{};  ///< one of PLATFORMS; empty: this machine's
};
result<std::vector<named_reference>> references_of(const graph_step& step);

}  // namespace cicd
