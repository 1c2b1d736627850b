// One branch of one manifest repository as a run sees it: its targets are read together, and what several
// threads want to commit at the same moment goes there by one push, a commit for each. It does not know what
// a deploy is.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/deliver/gitops/repository_session.hpp>

namespace cicd {

/// Used by several threads at once.
class manifest_branch : public std::enable_shared_from_this<manifest_branch> {
 public:
  /// The branch of `target`. `around` outlives it.
  static std::shared_ptr<manifest_branch> make(const manifest_target& target, const surroundings& around);

  /// These will be read: together, when the first of them is.
  void expect(const manifest_target& target);

  /// See read_manifests. Where a server has to be asked, what it said less than half a minute ago still
  /// counts.
  result<manifest_state> read(const manifest_target& target, const gitops_options& options);

  /// See commit_manifests. Those of other threads that wait at the same moment go with it.
  result<std::optional<std::string>> commit(const manifest_target& target,
                                            const decide_manifests& decide,
                                            const gitops_options& options);

  /// A commit of this target is about to come, or will not come after all: the others wait a moment for it.
  void announce(const std::string& path, bool is_coming);

 private:
  explicit manifest_branch(const manifest_target& target, const surroundings& around);

  /// What is at a tip.
  struct view {
    std::string tip;
    manifest_contents contents;
  };
  /// One that waits for its commit.
  struct request {
    const manifest_target& target;
    const decide_manifests& decide;
    const gitops_options& options;
    std::optional<manifest_contents> seen{};                  ///< what was decided upon
    std::optional<decided_manifests> decided{};               ///< nothing: there is nothing to do
    int attempts = 0;                                         ///< pushes that failed
    manifest_clone::made_commit offered{};                    ///< the commit of the last of them
    std::optional<result<std::optional<std::string>>> end{};  ///< of the thread that leads, until `is_done`
    bool is_done = false;                                     ///< under the lock of the queue
  };
  enum class age : std::uint8_t { of_now, of_a_moment_ago };

  result<view> look(const repository_session& at, age newest);
  result<std::string> tip_of(const repository_session& at, age newest);
  status read_at(const repository_session& at, const std::string& tip);
  void take_unchanged(manifest_clone& clone, const std::string& tip, std::vector<manifest_target>& unknown);
  manifest_state with_history(const repository_session& at, manifest_state now);
  result<std::optional<hand_revert>> reverted(const repository_session& at, const manifest_state& now);
  void keep(const std::vector<request*>& batch, const std::string& before, const std::string& tip);

  void decide_on(request& of, const repository_session& at, view now);
  void lead(request& first);
  void gather(const gitops_options& options);
  std::vector<request*> taken();
  bool attempt(const std::vector<request*>& batch);
  enum class offered : std::uint8_t { taken, refused, too_late };
  result<offered> offer(std::vector<request*>& batch, const repository_session& at, const std::string& tip);
  static std::vector<manifest_change> changes_of(const std::vector<request*>& batch);
  static bool leave_out_unsigned(std::vector<request*>& batch,
                                 const std::vector<manifest_clone::made_commit>& commits);
  bool has_moved(const repository_session& at, const std::string& tip, bool was_refused) const;
  void arrived(const std::vector<request*>& batch, const std::string& tip);
  bool give_up(const std::vector<request*>& batch);

  manifest_target any_;  ///< for what is of all targets
  const surroundings& around_;

  std::mutex seen_mutex_;  ///< of the next five
  std::map<std::string, manifest_target> expected_;
  std::optional<std::string> tip_;
  std::chrono::milliseconds asked_{};                          ///< when, by the clock
  std::map<std::string, result<manifest_contents>> contents_;  ///< by path, at the tip
  using last_change = std::optional<manifest_clone::path_change>;
  std::optional<std::map<std::string, last_change>> changes_;  ///< of the records, at the tip

  std::mutex queue_mutex_;  ///< of the rest
  std::condition_variable moved_;
  std::vector<request*> queue_;
  std::set<std::string> coming_;
  bool has_leader_ = false;
  bool alone_ = false;      ///< each goes by a push of its own: together they were refused
  std::string offered_on_;  ///< the tip that the last attempt stood on
  int unmoved_ = 0;         ///< failed attempts in a row on it
  error last_failure_;
};

}  // namespace cicd
