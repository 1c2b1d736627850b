// Each path that is found becomes a pattern for itself alone.
#pragma once

#include <algorithm>

#include <cicd/engine/named_inputs.hpp>
#include <cicd/observe/named_paths.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace engine_named_inputs {
namespace {

/// Whether a path lies where the step itself writes.
bool is_own_output(const step& of, const std::string& path) {
  const auto top = [](std::string_view name) { return name.substr(0, name.find('/')); };
  const auto writes_there = [&](const path_pattern& each) { return top(each.view()) == top(path); };
  return std::ranges::any_of(of.outputs, writes_there) || std::ranges::any_of(of.reports, writes_there);
}

}  // namespace
}  // namespace engine_named_inputs

std::vector<std::string> named_inputs(const step& of, const std::string& source) {
  std::vector<std::string> patterns;
  for (const relative_path& file : of.inputs_named_in) {
    const auto text = read_below_if_there(source, file.str());
    if (!text || !*text) continue;
    for (const std::string& path : paths_named_in(**text))
      if (exists(source + "/" + path) && !engine_named_inputs::is_own_output(of, path))
        patterns.push_back(pattern_for(path) + (is_folder(source + "/" + path) ? "/" : ""));
  }
  return patterns;
}

}  // namespace cicd
