// A sign on this machine that a run deploys, which ends with the run however that ends: so that a deploy that
// was killed need not be waited for. Of runs on other machines, or of other users, it says nothing.
#pragma once

#include <optional>
#include <string>

#include <cicd/system/files.hpp>

namespace cicd {

class deploy_mark {
 public:
  /// `folder` is the user's own, of this machine. Where it cannot be written there is no mark, and the run is
  /// waited for.
  deploy_mark(const std::string& folder, const std::string& run, const std::string& subject);
  ~deploy_mark();
  deploy_mark(const deploy_mark&) = delete;
  deploy_mark& operator=(const deploy_mark&) = delete;

 private:
  std::string path_;
  std::optional<file_lock> lock_;
};

/// Whether that run deployed from here and has ended, and so have the programs that it started, which bear
/// its id as CICD_RUN. The mark stays: who only looks changes nothing.
bool has_died_here(const std::string& folder, const std::string& run, const std::string& subject);
/// Removes the mark of a run that has died, once another has taken over.
void forget_mark(const std::string& folder, const std::string& run, const std::string& subject);

}  // namespace cicd
