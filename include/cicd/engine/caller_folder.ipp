// Asks the kernel which processes are above this one, and where each of them is.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/engine/caller_folder.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_caller_folder {
namespace {

struct process_above {
  int id = 0, parent = 0;
  std::string name;
};

/// From `/proc/<id>/stat`: the name is in brackets and may hold any, the state and the parent follow.
process_above process_of(int id) {
  process_above found{id, 0, {}};
  const auto text = read_file_if_there(fmt::format("/proc/{}/stat", id));
  if (!text || !*text) return found;
  const std::string_view line = **text;
  const auto open = line.find('('), close = line.rfind(')');
  if (open == line.npos || close == line.npos || close + 4 > line.size()) return found;
  found.name = line.substr(open + 1, close - open - 1);
  const std::string_view rest = line.substr(close + 4);
  std::from_chars(rest.data(), rest.data() + rest.size(), found.parent);
  return found;
}

/// PWD as the process was started with it: `cmake --build` and `ninja -C` go into the build tree themselves.
std::string folder_of(int id) {
  const auto text = read_file_if_there(fmt::format("/proc/{}/environ", id));
  if (!text || !*text) return {};
  for (const std::string& variable : split(**text, '\0'))
    if (variable.starts_with("PWD=/")) return normal_path(variable.substr(4));
  return {};
}

bool is_shell(std::string_view name) {
  constexpr std::array<std::string_view, 5> shells{"sh", "dash", "bash", "zsh", "fish"};
  return std::ranges::find(shells, name) != shells.end();
}

bool is_build_tool(std::string_view name) {
  constexpr std::array<std::string_view, 6> tools{"cmake", "ctest", "ninja", "ninja-build", "make", "gmake"};
  return std::ranges::find(tools, name) != tools.end();
}

}  // namespace
}  // namespace engine_caller_folder

std::string folder_of_build_tool(const std::string& build_root) {
  using namespace engine_caller_folder;
  constexpr int most_above = 12;
  std::string outermost;
  int id = getppid();
  for (int count = 0; count < most_above && id > 1; ++count) {
    const process_above above = process_of(id);
    if (is_build_tool(above.name))
      outermost = folder_of(above.id);
    else if (!is_shell(above.name))
      break;
    id = above.parent;
  }
  return outermost != build_root && is_folder(outermost) ? outermost : std::string();
}

}  // namespace cicd
