// Artifacts of commits that a job elsewhere built, which knows nothing of artifacts: made of the job's own
// revision, the digests in the registry, this build tree's declaration, and the files that the service
// brings. It writes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// What there is of a commit.
struct built_elsewhere {
  std::optional<stored_artifact> made{};  ///< nothing: not all of it is there
  std::string missing{};                  ///< then what, `jenkins build 7 failed: FAILURE`
  std::vector<std::string> reasons{};     ///< `jenkins build 8 is good`
};

/// Of a pipeline with images BUILT_BY jobs. Class `remote` where a job or a registry does not answer.
result<built_elsewhere> built_elsewhere_of(const way_context& in,
                                           const declared_pipeline& pipeline,
                                           const std::string& commit);

}  // namespace cicd
