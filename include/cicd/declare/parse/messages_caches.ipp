// What is said of folders that tools keep.
#pragma once

#include <cicd/declare/parse/messages.hpp>

#include <string>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/cached_folder.hpp>

namespace cicd::declaring {

namespace declare_parse_messages_caches {
namespace {

/// A part of a tool's folder, or what it lies in, means that folder.
std::string meant(std::string_view folder) {
  std::vector<std::string> all;
  for (const tool_cache& each : known_tool_caches()) {
    const std::string known(each.folder), given(folder);
    if (known.starts_with(given + "/") || given.starts_with(known + "/")) return known;
    all.push_back(known);
  }
  return nearest(folder, all).value_or("");
}

}  // namespace
}  // namespace declare_parse_messages_caches

remark unknown_cache(std::string_view folder) {
  std::vector<std::string> all;
  for (const tool_cache& each : known_tool_caches()) all.emplace_back(each.folder);
  const std::string near = declare_parse_messages_caches::meant(folder);
  return {.what = "CACHE_DIRS: no variable is known by which a tool is told of the folder",
          .value = std::string(folder),
          .allowed = joined(all, ", ") + ", or <VARIABLE>=<folder>",
          .did_you_mean = near,
          .help = near.empty() ? fmt::format("name the variable of its tool: <VARIABLE>={}", folder) : ""};
}

remark cache_in_sources(std::string_view folder, std::string_view what) {
  return {.what = fmt::format("CACHE_DIRS lies in {}", what),
          .value = std::string(folder),
          .allowed = "a folder outside of the sources and of the build tree",
          .help = "what a tool keeps in the step's own folder is named by KEEP"};
}

remark variable_of_cache(std::string_view variable, std::string_view folder, std::string_view other) {
  if (other.empty())
    return {.what = "CACHE_DIRS: this variable says how programs are found, loaded or run",
            .value = std::string(variable),
            .help = fmt::format("name another variable: <VARIABLE>={}", folder)};
  if (other == "CACHE_DIRS")
    return {.what = "CACHE_DIRS gives the step one variable twice",
            .value = std::string(variable),
            .help = fmt::format("name another for {}", folder)};
  return {.what = fmt::format("CACHE_DIRS and {} give the step one variable", other),
          .value = std::string(variable),
          .help = fmt::format("leave it out of {}, or name another for {}", other, folder)};
}

}  // namespace cicd::declaring
