// The artifacts of a pipeline's commits, as far as a run makes and asks for them: the store beside its
// images, and the artifact of the commit that is checked out. It does not know what is deployed.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/release/artifact_store.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// The artifacts of the commits that are checked out, as far as a run has found or written them. For several
/// threads.
class known_artifacts {
 public:
  void keep(const declared_pipeline& pipeline, const stored_artifact& known) {
    const std::lock_guard hold(mutex_);
    records_[&pipeline] = {known.record, !known.domain.empty()};
  }
  /// Whether a change published it, and not a trusted run; where none is known, whether this run is a
  /// change's.
  bool is_of_change(const declared_pipeline& pipeline, const workspace& where) const {
    const std::lock_guard hold(mutex_);
    const auto found = records_.find(&pipeline);
    return found == records_.end() ? !where.domain.empty() : found->second.second;
  }
  std::optional<artifact_record> record_of(const declared_pipeline& pipeline) const {
    const std::lock_guard hold(mutex_);
    const auto found = records_.find(&pipeline);
    return found == records_.end() ? std::nullopt : std::optional(found->second.first);
  }
  /// The digest of its record; none where it is not known.
  digest of(const declared_pipeline& pipeline) const {
    const std::optional<artifact_record> record = record_of(pipeline);
    return record ? digest_of(*record) : digest{};
  }

 private:
  mutable std::mutex mutex_;
  std::map<const declared_pipeline*, std::pair<artifact_record, bool>> records_;
};

/// The store of a pipeline with images: the repository of the first of them. Where a change runs it writes
/// and finds what is of that change.
result<artifact_store> artifacts_of(const declared_pipeline& pipeline,
                                    const workspace& where,
                                    const surroundings& around,
                                    const cancellation& cancelled);

/// The bundle of the declaration of this build tree, read with the files that it names.
result<std::string> bundle_here(const way_context& in, const declared_pipeline& pipeline);

/// The names of the environments that are declared here.
std::vector<std::string> environments_here(const declared_pipeline& pipeline);

/// What publishing these images makes of the commit that is checked out.
result<stored_artifact> artifact_here(const way_context& in,
                                      const graph_step& step,
                                      const std::vector<wanted_image>& images);

/// Class `conflict` where the artifact that is there was made of other images or declared otherwise.
status check_same(const std::string& subject,
                  const artifact_store& in,
                  const stored_artifact& there,
                  const std::vector<wanted_image>& images,
                  const std::string& bundle);

/// Class `usage` for a pipeline that publishes nothing.
status check_has_artifacts(const declared_pipeline& pipeline);

/// The only places where something is written beside the images.
result<bool> put_artifact(const permit&, const artifact_store& to, const stored_artifact& what);
status put_history(const permit&,
                   const artifact_store& to,
                   const std::string& commit,
                   const std::string& text);
status put_mark(const permit&,
                const artifact_store& to,
                const artifact_mark& what,
                const artifact_record& of);
status put_build_approval(const permit&, const artifact_store& to, const artifact_mark& what);

}  // namespace cicd
