// The facts of the sources: what git says of the folders that a run delivers from, each asked once. Several
// threads ask at once, and none holds a lock while git is asked. It judges nothing.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/delivery_options.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// What a change publishes an image as: by its own digest.
std::string tag_of_change(const digest& image);

class sources {
 public:
  /// The event stands for the branch or the tag that is checked out, what is promoted of a pipeline for the
  /// commit: nothing of what is checked out is of importance then but the files that declare.
  sources(const surroundings& around, git_event event, hand_promotions promoted = {})
      : around_(around), event_(std::move(event)), promoted_(std::move(promoted)) {}

  /// Whether the commit of `git_of` is the one that is checked out; never of a pipeline that is built
  /// elsewhere.
  bool is_checked_out(const declared_pipeline& pipeline);

  /// As it was when it was asked first.
  const git_state& git_of(const declared_pipeline& pipeline);
  /// Whether something of it is in no commit: changes, or a setting with another value by `-D`.
  result<bool> is_dirty(const declared_pipeline& pipeline);
  /// Of the pipeline of a step or of another whose steps come before it.
  result<bool> is_dirty(const graph_step& step);
  /// The same of its sources or of a file that declares the pipeline.
  result<bool> is_dirty_or_declared_so(const graph_step& step);
  result<bool> is_dirty_or_declared_so(const declared_pipeline& pipeline);
  std::optional<std::chrono::system_clock::time_point> commit_date(const declared_pipeline& pipeline);
  /// Of that commit, `Name <address>`.
  std::string author(const declared_pipeline& pipeline);
  /// The first digits of the commit before the one that is checked out, as images are tagged; empty where
  /// there is none.
  std::string short_commit_before(const declared_pipeline& pipeline);
  /// Whether a file that declares the pipeline has changes; `git` is the state of its folder.
  result<bool> is_declaration_dirty(const declared_pipeline& pipeline,
                                    const std::string& file,
                                    const git_state& git);

  /// Who deploys what: the part of the record that git is asked for.
  status sign(const graph_step& step, deployment_record& record);
  /// What an image is published as, by a change (run/domain) or by a trusted run.
  result<std::string> tag_for(const graph_step& step, const digest& of, bool is_of_change);
  /// Class `conflict` where another commit is checked out than at the start, or, unless `takes_dirty`, a
  /// clean tree has become dirty.
  status check_unchanged(const declared_pipeline& pipeline, const std::string& subject, bool takes_dirty);

 private:
  struct state {
    const git_state git;
    const std::string head;  ///< the commit that is checked out; empty without one
    /// By the files and folders that were asked for, whose changes may matter to one pipeline of several in a
    /// folder; asked when it matters, used under the mutex.
    std::map<std::vector<std::string>, std::optional<bool>> dirty{};
    std::optional<std::optional<std::chrono::system_clock::time_point>> committed{};  ///< likewise
    std::optional<std::string> author{};                                              ///< likewise
  };
  state& state_of(const declared_pipeline& pipeline);
  /// What is promoted of it; without a commit: the one that is checked out counts.
  hand_promotion promoted_of(const declared_pipeline& pipeline) const;
  result<bool> is_any_changed(const std::string& folder, const std::vector<std::string>& paths);

  const surroundings& around_;
  git_event event_;
  const hand_promotions promoted_;
  std::mutex mutex_;
  /// By source folder, promoted commit and the branch that this is of.
  std::map<std::tuple<std::string, std::string, std::string>, state> states_;
};

}  // namespace cicd
