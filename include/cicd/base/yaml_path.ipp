// A path to a value of a YAML text, read from its words. It knows no YAML.
#pragma once

#include <utility>

#include <cicd/base/yaml_edit.hpp>

namespace cicd {

std::vector<yaml_step> yaml_path_from(std::string_view text) {
  std::vector<yaml_step> path;
  std::string name;
  bool wants_key = true;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : '.';
    if (c == '\\' && at + 1 < text.size()) {
      name += text[++at];
      wants_key = true;
    } else if (c == '.' || c == '[') {
      if (name.empty() && (wants_key && !(c == '[' && path.empty() && at == 0))) return {};
      if (!name.empty()) path.push_back({std::exchange(name, {}), false});
      wants_key = c == '.';
      if (c == '.') continue;
      const std::size_t close = text.find(']', at);
      if (close == text.npos || close == at + 1) return {};
      path.push_back({std::string(text.substr(at + 1, close - at - 1)), true});
      at = close;
      if (at + 1 < text.size() && text[at + 1] != '.' && text[at + 1] != '[') return {};
    } else {
      name += c;
    }
  }
  return path;
}

}  // namespace cicd
