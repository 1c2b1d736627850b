// What is known of a build tree: the journal, and which outputs lie there unchanged.
#pragma once

#include <cicd/run/build_memory.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

std::optional<memory::last_success> build_memory::last(std::string_view step) const {
  auto success = remembered_.last(step);
  if (!success) return std::nullopt;
  return last_success{*std::move(success), intact_.contains(step)};
}

key_parts build_memory::parts(std::string_view step) const {
  return remembered_.parts(step);
}

std::optional<step_result> build_memory::cached(const digest& key) const {
  const auto entry = cache_.find(key);
  if (!entry) return std::nullopt;
  return entry->result;
}

void forget_earlier_files(const workspace& where) {
  const std::string folder = where.of_domain() + "/steps";
  for (const tree_entry& entry : own_entries(where.build_root, path_below(folder, where.build_root)))
    if (entry.path.ends_with(".parts") || entry.path.ends_with(".lock"))
      (void)remove_tree(folder + "/" + entry.path);
}

}  // namespace cicd
