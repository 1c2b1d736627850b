// Where the folders of CACHE_DIRS really are for a run, and how the tools are told of them. A trusted run
// uses them as they are; the run of a pull request gets a copy in its domain, so that what it writes is read
// by itself alone. It does not know what a tool keeps there.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <cicd/declare/steps.hpp>
#include <cicd/plan/key.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// One folder for one step.
struct cache_place {
  cached_folder declared;
  std::string trusted;              ///< absolute, with its links resolved where it is there
  std::string own;                  ///< of the run's domain; empty where the run is trusted
  std::string variable{}, value{};  ///< what the tool is told; no variable: it finds the folder by itself
  bool is_shared = false;           ///< steps may use it at once

  const std::string& used() const { return own.empty() ? trusted : own; }
};

/// Of a step's CACHE_DIRS, in their order.
std::vector<cache_place> cache_places_of(const graph_step& step,
                                         const observed_step& seen,
                                         const workspace& where,
                                         const surroundings& around);

/// The local repository of Maven that such a step uses: that of its domain once it is there, else the trusted
/// one.
std::string maven_repository_for(const graph_step& step, const workspace& where, const surroundings& around);

/// Makes what is used ready: the copy of the run's domain, where it is not there yet; its folder is locked
/// meanwhile. Gives what is to be told, often nothing. Class `usage` where the folder is one of cicd's own,
/// or another user's; `interrupted` where it was cancelled.
result<std::string> prepare(const cache_place& place, const workspace& where, const cancellation* cancelled);

/// What is wrong with several together: one that lies in another would be written without its lock, and be
/// another copy of the same.
status are_apart(const std::vector<cache_place>& places);

}  // namespace cicd
