// Text as a terminal shows it: width, cutting, what is made visible, what a CI system would take for a
// command. It does not know where it is printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cicd {

/// What stands at the front of a text.
struct code_point {
  static constexpr char32_t invalid = 0xffffffff;
  char32_t value = invalid;
  std::size_t size =
      1;  ///< bytes; for an invalid one those to pass over (Unicode 15, section 3.9, "maximal subpart")
};
/// Of a text of UTF-8 that is not empty; surrogates and what is longer than needed are invalid.
code_point front_of(std::string_view text);

/// `text` for a terminal or a message: control characters, terminal escapes, invalid UTF-8 and bidirectional
/// overrides become visible (`\x1b`, `\u202e`); a tab and, where `keep_newlines`, a line's end stay.
enum class newlines { keep, show };
std::string displayable(std::string_view text, newlines ends = newlines::show);
/// `text` with every invalid UTF-8 sequence replaced by U+FFFD.
std::string valid_utf8(std::string_view text);
/// Terminal columns that `text` takes: code points, wide East Asian ones counted twice, escape sequences not.
std::size_t columns(std::string_view text);
/// At most `width` columns of `text`, with `…` at the end where something was cut.
std::string cut_to(std::string_view text, std::size_t width);

/// `text` without what a CI system would take for a command: `::name` at a line's start, whatever blanks or
/// invisible characters stand before it, and `##name[` anywhere (GitHub, Azure, TeamCity). A space in the
/// sign keeps it readable.
std::string without_commands(std::string_view text);

}  // namespace cicd
