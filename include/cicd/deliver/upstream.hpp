// The jobs elsewhere that UPSTREAM and BUILT_BY name: what each says of the builds of a commit. Each server
// is asked once for what several environments and commits want to know. It judges nothing. A login goes to
// its own server only.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/json.hpp>
#include <cicd/declare/upstream.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// A job, and who asks it.
struct upstream_job {
  declared_upstream of;
  named_secret token{};
  std::string keyword;  ///< UPSTREAM or BUILT_BY, for messages
  std::string subject;  ///< `orders/stage`
  std::string option;   ///< where it was declared, `environment.stage.upstream`
};
/// UPSTREAM of an environment that has it.
upstream_job job_of(const declared_pipeline& pipeline, const environment& place);
/// BUILT_BY of an image that has it.
upstream_job job_of(const declared_pipeline& pipeline, const image& of);

/// An answer for each question, for several threads, while a run or a pass lasts.
class upstream_jobs {
 public:
  /// Class `remote` where the server does not answer, or refuses the login; `usage` where a JSON pointer
  /// points nowhere.
  result<upstream_build> build_of(const way_context& in,
                                  const declared_pipeline& pipeline,
                                  const upstream_job& job,
                                  const std::string& commit);

 private:
  struct answer {
    std::mutex asking;  ///< held while the server is asked: a second question waits for its answer
    std::optional<result<json>> document{};
  };
  result<json> document_at(const way_context& in,
                           const declared_pipeline& pipeline,
                           const upstream_job& job,
                           const std::string& url);

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<answer>> answers_;  ///< by URL and secret
};

/// Of a commit, in the last builds of a job (`/api/json` of Jenkins): the last good one, else the last.
upstream_build build_in_jenkins(const json& job, const std::string& commit);
/// In the check runs of a commit (GitHub REST): good where all are, or all of that name.
upstream_build build_in_checks(const json& runs, const std::string& name);
/// In any document. Class `usage` with what is there where a pointer points nowhere.
result<upstream_build> build_in_document(const declared_upstream& of,
                                         const json& document,
                                         const std::string& commit);

}  // namespace cicd
