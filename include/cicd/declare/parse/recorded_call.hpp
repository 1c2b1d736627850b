// One recorded call of a declaring function, as CMake, a `pipeline.cpp` or a `pipeline.json` wrote it, and
// how a line of it is read. The line format is the contract "declarations" (docs/contracts/declarations.md).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>

namespace cicd {

/// The version of the declarations format that is written and read here.
inline constexpr int declarations_version = 1;

/// A line of a list file.
struct code_place {
  std::string file;
  int line = 0;  ///< from 1; 0: not known

  bool operator==(const code_place&) const = default;
};

/// Where a value was declared.
struct origin {
  std::string list_file;  ///< absolute path of the list file (or of `template.json`)
  std::string function;   ///< `pipeline_step`; or a part of a template that is no call: `scanner spotbugs`
  int which = 0;       ///< the how-manieth call of that function in that file, from 1; 0 for what is no call
  std::string part{};  ///< what is no call, where `function` is the one that would declare it: `step lint`
  /// The call, then those of the functions and macros that it stands in, innermost first; empty where they
  /// were not looked for or are not known.
  std::vector<code_place> lines{};

  /// `CMakeLists.txt:12`, `cmake/service.cmake:3, called at CMakeLists.txt:9`, `pipeline.cpp:24, service
  /// api`, or, where no line is known, `CMakeLists.txt, 2nd call of pipeline_step()`; paths relative to
  /// `source_root` where they are below it.
  std::string text(std::string_view source_root) const;
};

/// One call, its arguments verbatim.
struct call {
  origin where;
  std::string directory;  ///< absolute folder of the list file: what relative values are relative to
  std::vector<std::string> arguments;
  /// The files that the call went through, outermost first, where it is not `list_file` alone: the last is
  /// the one that it is written in.
  std::vector<std::string> through{};
  int number = 0;  ///< the how-manieth call that CMake recorded, from 1; 0 of what SOURCE declares

  /// Whether a C++ file declares it.
  bool is_of_cpp() const { return number == 0 && !where.part.empty(); }
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
  /// Those that generator expressions have a text for: `""` alone where there is one without a name. First
  /// that of a command that names none.
  std::vector<std::string> configurations{};
  /// What the calls were made from; none where no CMake configured.
  std::shared_ptr<const std::vector<configured_file>> files{};
  std::vector<configured_file> cpp_files{};  ///< those among them that C++ files were compiled from
  /// The C++ files that declared something, each with what the program held that it became.
  std::vector<configured_file> programs{};
  /// What CMake was given for settings: `web.region` → value.
  std::map<std::string, std::string> settings{};
  /// What tests of pipeline_test() use: `web.region`.
  std::vector<std::string> settings_of_tests{};
  /// The files are those of another commit than the one that `settings` was given for: what it does not know
  /// there is passed over.
  bool is_of_another_commit = false;
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
