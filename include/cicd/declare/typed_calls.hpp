// A pipeline that C++ values declare, as the calls that CMake would have recorded: so that it is read and
// checked by the one parser, with the same errors. It checks nothing itself.
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/parse/recorded_call.hpp>
#include <cicd/declare/pipeline.hpp>

namespace cicd {

/// Where typed pipelines are declared; all absolute.
struct typed_place {
  std::string file;       ///< the source file that declares them
  std::string directory;  ///< what relative values are relative to
  /// The folder that the compiler was given relative names of files below. Empty: the lines of structs are of
  /// no file of interest.
  std::string compiled_in{};
  /// The folders that the compiler was told to name as `name_of_include` does.
  std::vector<std::string> includes{};
};

/// The name of a folder of INCLUDES that lies elsewhere in what is compiled: a program is the same wherever
/// that folder lies.
std::string name_of_include(std::size_t at);
/// The text with the folders themselves in place of these names.
std::string with_includes(std::string text, const typed_place& from);

/// The call of add_pipeline() and those of its parts, in the order of the struct. An empty value counts as
/// one that is not given, but in a list or beside another, where it is an error: `T::from` makes one of a
/// text of the wrong form.
std::vector<call> calls_of(const pipeline& declared, const typed_place& from);

/// A call that CMake did not record as a line of the contract "declarations", its end included.
std::string line_of(const call& of);

}  // namespace cicd
