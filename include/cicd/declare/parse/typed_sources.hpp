// The files, C++ or JSON, that calls of add_pipeline(… SOURCE …) and add_pipelines() name, and what comes of
// such a call when the file's own calls are known. It does not know how a file is compiled or read.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/declare/parse/recorded_call.hpp>

namespace cicd {

/// One such file, as a call names it.
struct typed_source {
  const call* from = nullptr;           ///< of the calls that it was found in
  std::string subject;                  ///< whom an error concerns: `orders`, `add_pipelines()`
  std::string pipeline;                 ///< the one pipeline that it declares; empty: several, of any names
  std::string file;                     ///< absolute
  std::vector<std::string> includes{};  ///< absolute folders
  bool is_json = false;                 ///< it holds calls, and is not compiled

  bool is_several() const { return pipeline.empty(); }
};

/// Whether the call names such a file.
bool has_source(const call& of);
/// Those that calls name, or all that is wrong with these calls: an error says where each is declared.
or_errors<std::vector<typed_source>> typed_sources_of(const recorded_calls& calls);
/// The calls, with those of each file in the place of the one that names it. `typed` says by `list_file`
/// which file a call is of; the files that they were made from add up.
recorded_calls with_typed_calls(recorded_calls calls, const recorded_calls& typed);

}  // namespace cicd
