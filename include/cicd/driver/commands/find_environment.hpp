// From the words `orders prod` to the declaration, the clusters and the deliveries that a command needs. It
// does not know what the command does.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/chosen_commit.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/run/secret_store.hpp>

namespace cicd {

/// An environment of a pipeline, and how to get to it.
struct found_environment {
  std::shared_ptr<session> of;
  const declared_pipeline* pipeline = nullptr;
  const environment* place = nullptr;
  std::shared_ptr<secret_store> secrets;  ///< of the deliveries: what it gave is masked in all that is told
  std::unique_ptr<delivery> deliveries;
  std::string run_id;
  std::vector<cluster_wave> waves;  ///< of VIA kubectl; empty otherwise
};

/// Class `usage`, with the names that there are and the nearest, where one of them is unknown. Errors and
/// warnings of the declarations are printed. An empty environment: only the pipeline is looked for. An empty
/// pipeline: the only one.
result<found_environment> find_environment(const session_request& tree,
                                           const std::string& pipeline,
                                           const std::string& environment,
                                           surroundings around);

/// The same in a build tree that is open.
result<found_environment> find_environment(std::shared_ptr<session> in,
                                           const std::string& pipeline,
                                           const std::string& environment);

/// The clone of CODE, before git is asked about the sources: only then, since the repository may not answer.
/// A signal ends it; called where none is waited for.
status bring_sources(const found_environment& found, clone_need need);

/// What runs in another environment of its pipeline.
look_at_environment look_in(const found_environment& found, const cancellation& cancelled);

/// Leaves the cluster of that context (empty: the first). Class `usage` where there is none, with those that
/// there are.
status keep_cluster(found_environment& found, const std::string& context);

/// The same for one that must be VIA kubectl; opens its cluster of that context (empty: the first).
struct opened_environment {
  found_environment found;
  cluster_wave wave;
  std::unique_ptr<kubernetes::cluster> with;
};
/// `what` is to be done there: the gate is asked before anything is contacted. Nothing: it is only looked at.
result<opened_environment> open_environment(const session_request& tree,
                                            const std::string& pipeline,
                                            const std::string& environment,
                                            const std::string& context,
                                            surroundings around,
                                            const cancellation* cancelled,
                                            std::optional<change> what);

/// Ctrl-C and the like as a cancellation, for commands outside a run; ends with the object.
class interrupts {
 public:
  interrupts();
  ~interrupts();
  interrupts(const interrupts&) = delete;
  interrupts& operator=(const interrupts&) = delete;
  const cancellation& asked() const { return asked_; }
  /// The class for the signal that came: interrupted or terminated.
  exit_class kind() const;

 private:
  cancellation asked_;
  struct watcher;
  std::unique_ptr<watcher> watcher_;
};

}  // namespace cicd
