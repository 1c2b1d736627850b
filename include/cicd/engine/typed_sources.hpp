// The files that a configure names by SOURCE: those in C++ compiled and run side by side, those in JSON read,
// their calls kept in the build tree beside what CMake recorded. It does not know what the calls say.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/declare/parse/recorded_call.hpp>
#include <cicd/engine/typed_program.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// What a configure brings for them.
struct typed_request {
  typed_tools tools{};
  std::function<void(std::string_view)> show{};  ///< gets what compilers and programs printed
  typed_limits limits{};
};

/// Writes `<build>/.cicd/typed.ndjson`, the calls of the files that those of CMake name, and
/// `typed.cmake`, by which CMake configures again when one of them or a header changes; removes both where
/// none is named. All that is wrong at once.
errors declare_typed(recorded_calls calls,
                     const workspace& where,
                     const typed_request& request,
                     const surroundings& around);

/// The calls with those that their files declared when CMake configured. Class `usage` where there are
/// none, since one of them was refused.
result<recorded_calls> with_typed(recorded_calls calls, const std::string& build_root);

/// Runs the programs of the C++ files once more, later and with other variables, and gives what any of them
/// declares otherwise than when CMake configured: each reads the clock, variables or files.
errors declared_otherwise(const recorded_calls& calls, const workspace& where, const surroundings& around);

/// What compiled them when CMake configured; nothing where there are none.
std::optional<std::string> compiler_of_typed(const std::string& build_root);

}  // namespace cicd
