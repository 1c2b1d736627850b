// What every line that a person reads goes through: foreign bytes made harmless, signs that the locale can
// show, colours, widths. It knows no step and no event.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// One line of foreign output as it may be shown: colours and what a carriage return overwrote are gone,
/// other escapes, control characters and bidirectional overrides are visible, and no CI system takes it for a
/// command (`::error`, `##[…]`, `##vso[…]`, `##teamcity[…]`).
std::string rendered_line(std::string_view raw);
/// Each line of a text, rendered; a line's end at the text's end adds none.
std::vector<std::string> rendered_lines(std::string_view raw);

/// Whether a rendered line is a tool's progress (Maven's downloads) that tells nothing once it is over: the
/// log keeps it, a plain log of a run does not.
bool is_noise(std::string_view line);

/// The signs in front of lines.
struct signs {
  std::string_view done, failed, reused, up_to_date, more, separator;
  std::array<std::string_view, 8> turning;  ///< a spinner's pictures
};
const signs& signs_for(bool utf8);
/// `text` without what an ASCII locale cannot show of ours: `…`, `→` and `·`; the rest stays.
std::string in_locale(std::string text, bool utf8);

enum class paint { plain, good, bad, calm, faint };
/// A piece of a line in one colour.
struct piece {
  paint colour = paint::plain;
  std::string text;
};
using pieces = std::vector<piece>;

/// The line's text: with colours, if any, and at most `width` columns (0: any).
std::string line_of(const pieces& parts, bool colour, bool utf8, std::size_t width);
/// `text` with spaces up to `width` columns.
std::string padded(std::string text, std::size_t width);
/// At most `width` columns, with the locale's dots where something was cut.
std::string cut_in_locale(std::string_view text, std::size_t width, bool utf8);

}  // namespace cicd
