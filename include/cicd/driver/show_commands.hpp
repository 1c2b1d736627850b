// The commands that show something and change nothing but the run index: `status`, `history`, `logs`,
// `explain`, and the list of targets.
#pragma once

#include <string>

#include <cicd/engine/session.hpp>

namespace cicd {

/// What is deployed in each environment, and the last run.
exit_class show_status(const session_request& tree, bool as_json, surroundings around);

struct history_request {
  session_request tree;
  std::size_t most = 20;
  bool as_json = false;
  bool rebuild_index = false;
};
/// The deployments of each environment from its own record, and the runs of this build tree from the index.
exit_class show_history(const history_request& request, surroundings around);

struct logs_request {
  session_request tree;
  std::string step;  ///< `orders/test` or `orders.test`
  std::string run;   ///< an id; the last run that has a log of the step when empty
};
exit_class show_logs(const logs_request& request, surroundings around);

/// Works without a build tree too; then only for functions, options and templates.
exit_class show_explanation(const session_request& tree, const std::string& subject, surroundings around);

/// The targets of the build tree with what each does.
exit_class show_targets(const session_request& tree, surroundings around);

/// `cicd describe`: checks the declarations and writes `<build>/.cicd/targets.cmake`.
exit_class describe_build_tree(const session_request& tree, surroundings around);

/// docs/reference.md on standard output.
exit_class show_reference();

/// The size of the cache, or, with `remove_older_than_days`, what was removed. Entries go before the blobs
/// that only they used.
struct cache_request {
  bool as_json = false;
  int remove_older_than_days = -1;
};
exit_class tend_cache(const cache_request& request, surroundings around);

}  // namespace cicd
