// On which line of a JSON text a value stands, for a message, and what a reader passes over there. It reads
// no value: `parse_json` has.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// The line, from 1, of the value that `path` leads to in a text that `parse_json` has read: names of
/// members, and numbers of elements from 0. Of a path that is not there, that of its last part that is.
int line_in_json(std::string_view text, std::span<const std::string> path);

/// The line, from 1, of each element of the array that `path` leads to in such a text; none where it is no
/// array.
std::vector<int> lines_of_elements(std::string_view text, std::span<const std::string> path);

/// A member that an object has twice, of which a reader takes one only.
struct repeated_member {
  std::string name;
  int line = 0;  ///< of the second, from 1
};
/// The first one in such a text; nothing where each name is there once.
std::optional<repeated_member> repeated_member_in(std::string_view text);

/// The line, from 1, of a byte.
int line_of_byte(std::string_view text, std::size_t byte);

}  // namespace cicd
