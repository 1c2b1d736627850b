// The walk of one look: every folder that some query needs is entered once a level, every wanted file is
// looked at once. It finds; sets and errors are made of what it found by others.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/observe/files.hpp>
#include <cicd/observe/folder_store.hpp>
#include <cicd/observe/query_match.hpp>
#include <cicd/observe/thread_pool.hpp>

namespace cicd::observing {

/// Wanted files of one folder, for one query.
struct found_files {
  folder_view* folder;
  std::string prefix;  ///< of the folder's files in the set: empty or ends in `/`
  std::vector<std::uint32_t> entries;
};

/// A query during a look.
struct walking_query {
  explicit walking_query(const file_query& query);

  const file_query& asked;
  std::string root;
  std::vector<prepared_pattern> patterns;
  std::deque<std::atomic<bool>> matched;  ///< for each pattern
  prepared_excludes excludes;
  std::vector<folder_identity> never;
  const git_list* list = nullptr;  ///< in place of patterns
  std::atomic<bool> stale{false};  ///< the list is out of date

  std::mutex guard;
  std::vector<found_files> found;
  std::vector<error> failures;

  /// Relative to the root; the folder lies in it.
  std::string_view relative(const std::string& folder) const;
  void add(found_files files);
  void add_failure(error why);
};

class folder_walk {
 public:
  folder_walk(folder_store& store, crew& threads, std::uint64_t number)
      : store_(store), threads_(threads), number_(number) {}

  /// Puts what the query starts with on the list of work.
  void start(walking_query& query);
  /// Walks, then reads what must be read.
  void run();

 private:
  struct want {
    walking_query* query;
    std::uint32_t pattern = 0;
    const listed_folder* listed = nullptr;  ///< in place of a pattern
  };
  struct item {
    folder_view* view;
    std::vector<want> wants;
  };
  struct batch {
    folder_view* view;
    std::vector<std::uint32_t> entries;
    std::uint64_t bytes = 0;
  };
  struct step;

  void want_folder(const std::string& path, want what);
  void visit(item& of);
  void visit_group(step& now, std::span<const want> group);
  static std::vector<want> those_that_begin_here(std::span<const want> group, std::string_view folder);
  void select_listed(step& now, const want& what, found_files& into);
  void select_matching(step& now, std::span<const want> group, found_files& into);
  bool is_wanted(std::span<const want> group, std::string_view relative) const;
  void descend(step& now, std::span<const want> group, std::uint32_t entry, std::string_view relative);
  void look_at_selected(step& now, found_files files, walking_query& query);
  void hand_over(step& now);
  void read_all();

  folder_store& store_;
  crew& threads_;
  std::uint64_t number_;
  std::map<folder_view*, std::size_t> starts_;
  std::vector<item> level_, next_;
  std::vector<batch> batches_;
  std::mutex guard_;
};

}  // namespace cicd::observing
