// A CMake list file as text: the calls that stand in it, and which of them a recorded call was. Pure; it
// evaluates nothing, so that a word with a variable in it may stand for any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/parse/recorded_call.hpp>

namespace cicd {

/// One word of a call as it is written.
struct written_word {
  enum class kind : unsigned char {
    literal,  ///< stands for `start`
    one,      ///< one value that begins with `start` and ends with `end`
    any       ///< unquoted with a variable in it: any number of values
  };
  kind is = kind::literal;
  std::string start, end{};
};

/// A call as it is written.
struct written_call {
  std::string function{};  ///< in lower case, as CMake compares
  int line = 0;            ///< of the function's name, from 1
  std::vector<written_word> words{};
  bool in_function = false;  ///< it stands in a function or a macro
};

/// The calls of a list file in order (cmake-language(7)); none from where it is no list file.
std::vector<written_call> calls_in(std::string_view list_file);

/// The line of the only one of `written` that can have been this call, in a function if that came through
/// one; 0 where there is none or more than one.
int line_of(const call& recorded, const std::vector<written_call>& written);

/// The function or macro that a line of a file stands in, in lower case; empty outside of one.
std::string function_around(const std::vector<written_call>& written, int line);
/// The line of the only call of `function`; 0 where there is none or more than one.
int line_of_only_call(std::string_view function, const std::vector<written_call>& written);

/// What the last configure wrote to CMakeConfigureLog.yaml (CMake 3.26 and later) by
/// `message(CONFIGURE_LOG "cicd call <number>")`: by number of the call, from 1, where it was made, innermost
/// first; empty where nothing is known. Paths are as in the log, relative to the source root.
std::vector<std::vector<code_place>> places_in_configure_log(std::string_view log, std::size_t calls);

}  // namespace cicd
