// The clone of CODE: the branches, tags and commits of a pipeline that is declared and built elsewhere,
// without its files, in the cache. It does not know what is asked of it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// CODE as git takes it, with its login: a path is one from where the pipeline is declared. Empty without
/// CODE.
std::string code_url_of(const declared_pipeline& pipeline);

/// The clone's folder below the cache's: one for each repository.
std::string clone_folder_of(const declared_pipeline& pipeline, const std::string& cache);

enum class clone_need : std::uint8_t {
  there,  ///< as it was fetched last
  fresh   ///< as the repository is now
};

/// Makes the clone where it is not there, by one fetch. Its HEAD is the default branch of the repository,
/// which is asked for anew once a day and where that branch is gone. Of a pipeline without CODE nothing is
/// done. Class `remote` where the repository does not answer.
status bring_clone(const declared_pipeline& pipeline,
                   clone_need need,
                   const surroundings& around,
                   const cancellation* cancelled);
/// Called with who holds the lock of a clone that has been waited for for some seconds; set once, when a
/// process begins. Without it that is waited for in silence.
void tell_of_waiting_clones(std::function<void(const error&)> tell);
/// One process at a time writes a clone. Class `conflict` where another has for 10 minutes, `interrupted`
/// where it was cancelled.
result<file_lock> lock_of_clone(const std::string& folder, const cancellation* cancelled, const clock& time);
/// A file of a commit of the clone, which is fetched where it has to be. Class `usage` where the commit has
/// no such file.
result<std::string> file_in_clone(const declared_pipeline& pipeline,
                                  const std::string& commit,
                                  const std::string& path,
                                  const surroundings& around,
                                  const cancellation* cancelled);
/// The same of several, side by side, each repository once. The errors of those that could not be brought.
errors bring_clones(const std::vector<const declared_pipeline*>& pipelines,
                    clone_need need,
                    const surroundings& around,
                    const cancellation* cancelled);

}  // namespace cicd
