// One C++ file of pipelines as a program: compiled, or taken from the cache where nothing that it is made of
// has changed, and run. It does not know what the calls say that it gives.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/parse/typed_sources.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

class cancellation;

/// What C++ files are compiled with; all paths absolute.
struct typed_tools {
  std::string compiler;  ///< empty: none was found
  std::string library;   ///< the archive that a program is linked with
  std::string headers;   ///< the folder of the library's headers
};
struct typed_limits {
  std::chrono::milliseconds compile{120'000};
  std::chrono::milliseconds run{10'000};
  const cancellation* cancelled = nullptr;  ///< ends compilers and programs
};
/// Where the file and its program lie.
struct typed_folders {
  std::string source_root;  ///< what a compiler is given names below
  std::string programs;     ///< of this build tree
  std::string cache;        ///< shared by build trees; empty: none
};

/// What came of one file.
struct typed_outcome {
  std::string words{};              ///< what the compiler and the program printed
  errors wrong{};                   ///< empty: it gave its calls
  std::string lines{};              ///< of its calls, as in the contract "declarations"
  std::size_t calls = 0;            ///< how many
  std::vector<std::string> read{};  ///< the file and its headers, absolute; those of the system as well
  std::string program{};            ///< absolute
};

/// Where the program of a C++ file lies, below the folder of those of a build tree.
std::string typed_program_file(const std::string& programs, const std::string& file);

/// What compilers are: the first line of `--version`. Class `usage` where it is none.
result<std::string> compiler_version(const typed_tools& tools, const surroundings& around);

/// The compiler's command for the file, but for what it makes and the library: run in `source_root`.
std::vector<std::string> compile_words(const typed_source& of,
                                       const typed_tools& tools,
                                       const std::string& version,
                                       const std::string& source_root);

/// Compiles where it must, and runs.
typed_outcome run_typed_source(const typed_source& of,
                               const typed_tools& tools,
                               const std::string& version,
                               const typed_folders& where,
                               const surroundings& around,
                               const typed_limits& limits = {});

/// Runs the program that lies in the build tree a second time: later, and with none of the variables that it
/// could read. Without a compiler and the cache.
typed_outcome run_typed_source_again(const typed_source& of,
                                     const typed_folders& where,
                                     const surroundings& around);

/// The files that a compiler's dependency file names, but for the target.
std::vector<std::string> names_in_dependency_file(std::string_view text);

/// The headers that a text asks for by `__has_include`, each in its brackets or quotes; nothing where it asks
/// for what only the compiler knows, a macro.
std::optional<std::vector<std::string>> asked_includes(std::string_view source);

}  // namespace cicd
