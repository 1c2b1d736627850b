// What a run remembers, as the planner asks for it: this build tree's journal and the cache.
#pragma once

#include <set>
#include <string>

#include <cicd/run/cache.hpp>
#include <cicd/run/journal.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

class build_memory : public memory {
 public:
  /// `intact` names the steps whose outputs lie in their folders as the journal has them.
  build_memory(const journal& remembered, const step_cache& cache, std::set<std::string, std::less<>> intact)
      : remembered_(remembered), cache_(cache), intact_(std::move(intact)) {}

  std::optional<last_success> last(std::string_view step) const override;
  key_parts parts(std::string_view step) const override;
  std::optional<step_result> cached(const digest& key) const override;

 private:
  const journal& remembered_;
  const step_cache& cache_;
  std::set<std::string, std::less<>> intact_;
};

/// Removes what an earlier cicd kept for each step beside the journal: a lock, and the parts of its key, the
/// values of variables among them.
void forget_earlier_files(const workspace& where);

}  // namespace cicd
