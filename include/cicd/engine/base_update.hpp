// What `cicd update` does for `cicd.lock`: asks the registries what the tags of bases name by now, and says
// what changes with it. It writes nothing but copies of images into the cache.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/engine/lock_update.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/image/base_lock.hpp>
#include <cicd/image/wanted_files.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

/// What lies in an image, as far as two of them are compared.
struct base_facts {
  std::uint64_t size = 0;           ///< of its blobs
  std::vector<std::string> layers;  ///< digests
  std::map<std::string, std::string> packages, labels;
  std::optional<std::set<std::string>> findings{};  ///< rules, where a scanner knows the image
};

/// The packages of a Debian (dpkg, also distroless) or an Alpine (apk), by the texts of their lists.
std::map<std::string, std::string> packages_in(const wanted_files& files);

/// A line each: size, layers, packages, labels, findings; what did not change is left out. Without `before`
/// what is there.
std::vector<std::string> changes_between(const std::optional<base_facts>& before,
                                         const base_facts& after,
                                         const std::string& scanner);

/// An update for each lock that the bases of these pipelines (none: of all) are in; without locks where
/// nothing is newer. Class `usage` where a Dockerfile or a lock cannot be read, `remote` where a registry
/// does not answer.
result<std::vector<lock_update>> plan_base_updates(const session& of,
                                                   const step_graph& graph,
                                                   const std::vector<std::string>& pipelines,
                                                   std::chrono::system_clock::time_point now,
                                                   const cancellation& cancelled);

}  // namespace cicd
