// The fields of an object that change, as lines of a plan.
#pragma once

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/kubernetes/change_lines.hpp>

namespace cicd::kubernetes {

std::vector<std::string> lines_of(const std::vector<field_change>& changes) {
  std::vector<std::string> lines;
  std::size_t descriptive = 0;
  for (const field_change& each : changes) {
    if (only_descriptive({each}))
      ++descriptive;
    else
      lines.push_back(text_of(each));
  }
  if (descriptive > 0)
    lines.push_back(fmt::format("~ {} and annotations that name commit, version and branch",
                                counted(descriptive, "label")));
  return lines;
}

}  // namespace cicd::kubernetes
