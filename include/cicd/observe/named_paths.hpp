// Which paths a file's text may name, such as those of a build tool's project file. It reads no file and
// knows no tool: whether something lies there is for others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// Relative paths without `..`, each once, sorted: of markup its attributes and the texts of its elements, of
/// other text its words. A leading `${…}/` is left out; of a path with a variable further on, the folder
/// before it is named.
std::vector<std::string> paths_named_in(std::string_view text);
/// A path as a pattern: what stands for itself alone.
std::string pattern_for(const std::string& path);

}  // namespace cicd
