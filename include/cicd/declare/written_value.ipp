// The first `:` ends the file, the first `=` behind it the path.
#pragma once

#include <cicd/declare/values/values.hpp>
#include <cicd/declare/written_value.hpp>

namespace cicd {

std::optional<written_value> written_value_from(std::string_view word) {
  const auto colon = word.find(':');
  if (colon == word.npos || !relative_path::accepts(word.substr(0, colon))) return {};
  const auto equals = word.find('=', colon);
  written_value made{
      std::string(word.substr(0, colon)),
      yaml_path_from(word.substr(colon + 1, equals == word.npos ? equals : equals - colon - 1)),
      {}};
  if (equals != word.npos) made.value = std::string(word.substr(equals + 1));
  if (made.path.empty() || (!made.value && !made.path.back().is_element)) return {};
  return made;
}

}  // namespace cicd
