// The artifacts of a pipeline's newest commits: gathered, as a table, as JSON. It does not know what a
// command line is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/delivery.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/report/moments.hpp>

namespace cicd {

struct artifact_row {
  past_commit of;
  std::optional<artifact_record> made{};
  std::optional<artifact_mark> mark{};
  std::vector<std::string> runs_in{};  ///< environments

  bool is_yanked() const { return mark && mark->is == artifact_mark::kind::yanked; }
};

struct artifact_page {
  std::string pipeline, place;  ///< the name, and the repository of its artifacts
  std::vector<artifact_row> rows;
};

/// By the commit that each environment holds; what does not answer is among the errors, and the rest is
/// there.
std::map<std::string, std::vector<std::string>> environments_by_commit(const declared_pipeline& pipeline,
                                                                       const delivery& deliveries,
                                                                       const cancellation* cancelled,
                                                                       errors& failures);

/// Of the commit that is checked out and those before it. Class `usage` for a pipeline without images or
/// outside of git.
result<artifact_page> artifact_page_of(const session& of,
                                       const declared_pipeline& pipeline,
                                       const delivery& deliveries,
                                       std::size_t most,
                                       const cancellation& cancelled,
                                       errors& failures);

std::string text_of(const artifact_page& page, const moment_words& times, std::size_t width);
json json_of(const artifact_page& page);

}  // namespace cicd
