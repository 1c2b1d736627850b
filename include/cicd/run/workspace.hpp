// Where things lie: the folders of a build tree and the shared cache, and the file index that all threads of
// a run share.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <cicd/observe/files.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// The kind of `memory` that a scan has: what it found last.
inline constexpr const char* scan_memory = "scan";

/// The folders of one build tree; all absolute.
struct workspace {
  std::string build_root;
  std::string cache;     ///< shared by build trees
  std::string state{};   ///< of the user: the index of runs
  std::string domain{};  ///< whose results these are; empty: trusted ones. See run/domain.hpp

  std::string own() const { return build_root + "/.cicd"; }
  /// What steps leave and what is remembered of them lies apart for each domain.
  std::string of_domain() const { return domain.empty() ? own() : domains() + "/" + domain; }
  std::string domains() const { return own() + "/domains"; }
  /// The folder of a step, by its id `orders/build`: a link to where it really lies (run/step_home).
  std::string work(const std::string& step) const { return of_domain() + "/work/" + step; }
  /// What is remembered of a step beside its folder.
  std::string memory(const std::string& step, const std::string& kind) const;
  /// One file for the locks of all steps, by their ids.
  std::string locks() const { return of_domain() + "/steps.locks"; }
  /// The same of source folders, by their paths.
  std::string source_locks() const { return cache + "/source.locks"; }
  /// The same of folders that tools keep, by their paths.
  std::string cache_locks() const { return cache + "/dirs.locks"; }
  std::string journal() const { return of_domain() + "/steps.journal"; }
  std::string index() const { return own() + "/files.index"; }
  std::string runs() const { return own() + "/runs"; }
  std::string run(const std::string& id) const { return runs() + "/" + id; }
  std::string junit(const std::string& step) const;
  std::string images() const { return build_root + "/registry"; }
  std::string bucket() const { return build_root + "/bucket"; }  ///< what stands for an S3 bucket
  std::string manifests() const { return build_root + "/manifests.git"; }
};

/// `orders/build` as one file name: `orders.build`.
std::string flat_name(std::string step);

/// The file index for several threads.
class shared_index {
 public:
  shared_index(std::string path, surroundings around) : index_(std::move(path), std::move(around)) {}

  std::vector<result<file_set>> look(const std::vector<file_query>& queries) {
    const std::lock_guard hold(mutex_);
    return index_.look(queries);
  }
  result<file_set> look(const file_query& query) {
    const std::lock_guard hold(mutex_);
    return index_.look(query);
  }
  result<observed_file> look_at(const std::string& path) {
    const std::lock_guard hold(mutex_);
    return index_.look_at(path);
  }
  status save(const std::function<bool(std::string_view path)>& left_out = {}) {
    const std::lock_guard hold(mutex_);
    return index_.save(left_out);
  }
  /// Whether another thread looks at something now, so that one would have to wait.
  bool is_in_use() {
    const std::unique_lock attempt(mutex_, std::try_to_lock);
    return !attempt;
  }
  /// For those that take the index itself; no other may use it meanwhile.
  template <typename Use>
  auto with(Use use) {
    const std::lock_guard hold(mutex_);
    return use(index_);
  }

 private:
  std::mutex mutex_;
  file_index index_;
};

}  // namespace cicd
