// One word of WRITE, `<file>:<path>=<value>`, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/yaml_edit.hpp>

namespace cicd {

struct written_value {
  std::string file;             ///< below PATH
  std::vector<yaml_step> path;  ///< never empty
  /// With its placeholders. Nothing: an element of Kustomize's `images`, whose tag and digest are written,
  /// and with IMAGES_IN its name.
  std::optional<std::string> value{};
};
/// Nothing for what is none.
std::optional<written_value> written_value_from(std::string_view word);

}  // namespace cicd
