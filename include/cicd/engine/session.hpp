// A build tree that was opened: its declarations, its folders, its surroundings. It plans and runs nothing.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/targets.hpp>
#include <cicd/engine/typed_sources.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// What the command line says of the build tree.
struct session_request {
  /// Empty: CICD_BUILD_ROOT, else the build tree that the present folder is in, else the only one of the
  /// source tree that it is in.
  std::string build_root{};
  std::string config{};  ///< the configuration; empty: the first of the build tree
  /// Origins, and so warnings, say the line of their call, which is looked up; those of errors always do.
  bool with_lines = false;
  std::function<std::string()> command{};  ///< what a person typed, as a shell takes it
  /// CMake configures: the C++ files that declare pipelines are compiled and run before.
  std::optional<typed_request> configure{};
};

struct session {
  surroundings around;
  workspace where;
  cicd::model model;
  std::vector<target> targets;
  std::string config{};  ///< the configuration that generator expressions have their text of
  /// The texts of the declarations that generator expressions gave.
  std::set<std::string, std::less<>> generated{};
  bool has_unknown_texts = false;  ///< a generator expression has no text yet: nothing was generated
  std::optional<error> no_home{};  ///< that the cache or the index lies in the build tree, and why

  /// Whether CMake made this build tree, so that a person can build its targets.
  bool is_configured() const { return model.tree.files != nullptr; }
  /// `cmake --build <build> --target`, as a person would type it; empty where CMake did not configure.
  std::string build_command() const;
  /// Where the command was given, for shorter paths; empty where a build tool runs it and that is not known.
  std::string folder_of_person() const;
  /// The target of that name, with CICD_TARGET_PREFIX or without.
  const target* find_target(std::string_view name) const;
  /// What a person builds to run that step again: its own target, else the first that ends with it; empty
  /// without one.
  std::string target_of_step(const std::string& id) const;
  /// A target's name in CMake: with CICD_TARGET_PREFIX where it has it.
  std::string cmake_name(const target& of) const {
    return of.pipeline.empty() ? model.tree.target_prefix + of.name : of.name;
  }
  /// The files of a CMake target that DEPENDS names, absolute; none where it makes none.
  std::vector<std::string> files_of_target(const std::string& name) const;
};

/// The folder in which the person stands.
std::string present_folder();

/// The build tree's folder, absolute; class `usage` where there is none, or there are several.
result<std::string> find_build_root(const session_request& request, const surroundings& around);

/// How a person calls this program from the present folder: `build/.cicd/cicd` once a build tree was found,
/// `cicd` before.
std::string& name_of_this_program();

/// Reads and checks the declarations. All errors at once.
or_errors<session> open_session(const session_request& request, surroundings around);
/// The same of calls that are at hand. `build_root` is absolute.
or_errors<session> session_of(const recorded_calls& calls,
                              const std::string& build_root,
                              surroundings around);

/// CMAKE_SOURCE_DIR of a build tree whose declarations may be wrong; empty where there is none.
std::string source_root_of(const session_request& request, const surroundings& around);

/// What C++ files of the build tree declare otherwise when they are run again; none where all is as it was.
errors declared_otherwise_in(const session_request& request, const surroundings& around);

}  // namespace cicd
