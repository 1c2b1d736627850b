// All the texts in which a secret may stand: itself, each longer line of it, and both as encoders and
// escapers write them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/secret_value.hpp>

namespace cicd {

/// A value of fewer characters is refused: to mask it would make a log unreadable.
inline constexpr std::size_t least_secret = 4;
/// A line of a secret of several lines is looked for by itself from this many characters on.
inline constexpr std::size_t least_secret_line = 8;

/// What every use of a secret leaves out, as a shell that reads what a program prints.
std::string_view without_line_ends(std::string_view text);
/// What of a secret is masked and looked for, each in all its forms: the whole without the line ends behind
/// it; where that is one line, also without the blanks around it, else each line of `least_secret_line`
/// characters or more.
std::vector<std::string> texts_of(const secret_value& value);
/// How many characters (UTF-8) the value has without the line ends behind it.
std::size_t characters_in(const secret_value& value);

/// Plain; base64 and base64url at each of the three offsets and in lines of 64 and 76; hexadecimal in both
/// cases; URL-encoded; JSON-escaped; XML-escaped; shell-quoted; displayable. Each once, none shorter than
/// `least_secret` bytes. Of base64 only the digits that the secret alone decides.
std::vector<std::string> forms_of(const secret_value& value);

}  // namespace cicd
