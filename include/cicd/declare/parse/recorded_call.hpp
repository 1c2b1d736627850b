// One recorded call of a declaring function, as CMake or a `pipeline.cpp` wrote it, and how a line of it is
// read. The line format is the contract "declarations" (docs/contracts/declarations.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>

namespace cicd {

/// The version of the declarations format that is written and read here.
inline constexpr int declarations_version = 1;

/// Where a value was declared.
struct origin {
  std::string list_file;  ///< absolute path of the list file (or of `template.json`)
  std::string function;   ///< `pipeline_step`; or a part of a template that is no call: `scanner spotbugs`
  int which = 0;  ///< the how-manieth call of that function in that file, from 1; 0 for what is no call
  std::string part{};  ///< what is no call, where `function` is the one that would declare it: `orders/lint`

  /// `CMakeLists.txt, 2nd call of pipeline_step()`; the path relative to `source_root` where it is below it.
  std::string text(std::string_view source_root) const;
};

/// One call, its arguments verbatim.
struct call {
  origin where;
  std::string directory;  ///< absolute folder of the list file: what relative values are relative to
  std::vector<std::string> arguments;
};

/// A file that calls come from, and what it held when CMake configured.
struct configured_file {
  std::string path;  ///< absolute
  digest content;
};

/// What the first line of the file says of the build tree.
struct build_tree {
  std::string source_root;  ///< CMAKE_SOURCE_DIR
  std::string build_root;   ///< CMAKE_BINARY_DIR
  std::string target_prefix;
  std::vector<std::string> template_path;  ///< folders that hold templates, the caller's first
  /// What the calls were made from; none where no CMake configured.
  std::shared_ptr<const std::vector<configured_file>> files{};
};

struct recorded_calls {
  build_tree tree;
  std::vector<call> calls;
};

/// Gives the text behind an argument that was a generator expression, by its id; nothing when it is not known
/// yet (while configuring), in which case the argument reads as the placeholder `{genex}`.
using genex_reader = std::function<std::optional<std::string>(std::string_view id)>;

/// Reads the NDJSON text. Class `corrupt` with the line's number when a line is no call.
result<recorded_calls> read_calls(std::string_view ndjson, const genex_reader& genex);

}  // namespace cicd
