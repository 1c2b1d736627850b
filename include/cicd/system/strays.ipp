// A look at the variables of all processes.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <unistd.h>

#include <cicd/base/text.hpp>
#include <cicd/system/process_table.hpp>
#include <cicd/system/strays.hpp>

namespace cicd {

bool has_strays(std::string_view assignment) {
  return std::ranges::any_of(system_table::all_processes(), [&](const system_table::process_entry& each) {
    if (each.id == getpid() || !each.lives()) return false;
    std::ifstream file("/proc/" + std::to_string(each.id) + "/environ", std::ios::binary);
    const std::string variables{std::istreambuf_iterator<char>(file), {}};
    const std::vector<std::string> all = split(variables, '\0');
    return std::ranges::find(all, assignment) != all.end();
  });
}

}  // namespace cicd
