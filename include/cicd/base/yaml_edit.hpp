// One scalar of a YAML text put in place of another, by where it stands: every other byte stays as it is,
// comments, quotes, order and line ends with it. It does not know what the values mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd {

/// A step on the way to a value: the key of a mapping, or an element of a list by its number from 0 or by its
/// `name`.
struct yaml_step {
  std::string name;
  bool is_element = false;
  bool operator==(const yaml_step&) const = default;
};

/// `image.tag`, `images[orders].digest`, `list[0]`; a dot within a key is written `\.`. Nothing for what is
/// no such path.
std::vector<yaml_step> yaml_path_from(std::string_view text);

/// Whether there is a scalar at `path`. Class `usage` with `file:line`: it is not there (with the nearest
/// key), it is a list or a mapping, an alias or what an alias brings, in several documents, or in a text that
/// is no YAML.
status yaml_scalar_at(std::string_view text, std::string_view file, const std::vector<yaml_step>& path);

/// The text with `value` there, in the quotes that the scalar has, or in such as it needs to stay a text. The
/// same errors; and a scalar of several lines, with a tag other than `!!str`, or that others take by an
/// anchor of its own or of what it lies in, is not replaced.
result<std::string> yaml_with(std::string_view text,
                              std::string_view file,
                              const std::vector<yaml_step>& path,
                              std::string_view value);

/// The text with `value` of `key` in the mapping at `path`: in place of the one that is there, else added
/// behind the mapping's `name`, with the line end and the column that are there. The same errors; and a
/// mapping without a `name`.
result<std::string> yaml_with_key(std::string_view text,
                                  std::string_view file,
                                  const std::vector<yaml_step>& path,
                                  const std::string& key,
                                  std::string_view value);

}  // namespace cicd
