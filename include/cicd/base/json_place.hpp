// On which line of a JSON text a value stands, for a message. It reads no value: `parse_json` has.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cicd {

/// The line, from 1, of the value that `path` leads to in a text that `parse_json` has read: names of
/// members, and numbers of elements from 0. Of a path that is not there, that of its last part that is.
int line_in_json(std::string_view text, std::span<const std::string> path);

/// The line, from 1, of a byte.
int line_of_byte(std::string_view text, std::size_t byte);

}  // namespace cicd
