// The cache of pure steps: what a key gave, shared by build trees and clones. Entries are written last and
// checked, blobs are checked whenever they are read: a bad, half-written or missing one is a miss, never
// served. Who wrote an entry counts: one of another user is a miss, and what pull requests and forks make
// lies in a domain of its own, which nothing else reads. What an entry says is only believed where it is, and
// it says who wrote it: one of a domain that turns up elsewhere is a miss.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/observe/files.hpp>
#include <cicd/plan/plan.hpp>

namespace cicd {

/// What a step left: its outputs and reports, its log, and the result.
struct cached_step {
  step_result result;
  file_set outputs;  ///< what `result.outputs` is over
  file_set reports;
  digest log;             ///< none when the step printed nothing
  std::string from = {};  ///< the folder of the domain that has it and its blobs
  std::string by = {};    ///< the domain that wrote it; empty: the trusted one
};

class step_cache {
 public:
  /// `folder` need not exist. Entries are written to `domain` (the trusted one where it is empty) and looked
  /// for there, then in the trusted one.
  explicit step_cache(std::string folder, std::string domain = {});

  /// The entry under a key; a damaged one is none.
  std::optional<cached_step> find(const digest& key) const;
  /// Puts the files of an entry below `work` and the log at `log`. False when a blob is missing or bad, which
  /// is then removed; what was placed by then does not matter, since the step runs.
  bool restore(const cached_step& entry, const std::string& work, const std::string& log) const;
  /// Keeps the files (which lie below `work`) and the log, then the entry. A file that no longer has its
  /// digest stops it. Failures are not those of the step: the error is for a message.
  status store(const cached_step& entry, const std::string& work, const std::string& log) const;

  /// Where blobs and entries are written; with the `from` of an entry, where it and its blobs lie.
  std::string blob_path(const digest& of, const std::string& from = {}) const;
  std::string entry_path(const digest& key, const std::string& from = {}) const;

 private:
  std::string trusted_, own_, domain_;
};

/// The folder of a domain below the cache's own.
std::string domain_folder(const std::string& cache, const std::string& domain);

}  // namespace cicd
