// What a compiler says of the values in a C++ file of pipelines, in the words of the parser. It knows the
// messages of g++ and clang++, and starts neither.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>

namespace cicd {

/// A value of a C++ file, by where it stands.
struct typed_value {
  std::string kind;       ///< `cron_job`; empty: not one of a declaration
  std::string field;      ///< of the struct: `time_zone`
  std::string text;       ///< of the literal, without quotes
  bool is_whole = false;  ///< the field's value or one of its list, and not a part of such a value
};
/// The literal at that line and column (from 1); nothing where there is none.
std::optional<typed_value> typed_value_at(std::string_view source, int line, int column);

/// The text of a file that the compiler names as it was given it; nothing for one that is no part of what a
/// team declares.
using source_reader = std::function<std::optional<std::string>(std::string_view name)>;

/// Each value that the compiler refuses and each misspelt field, in the order in which it says so, ten at
/// most. The subject is the place: `pipeline.cpp:24:57`.
errors errors_of_compiler(std::string_view said, const source_reader& read);

}  // namespace cicd
