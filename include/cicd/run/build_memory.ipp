// What is known of a build tree: the journal, and which outputs lie there unchanged.
#pragma once

#include <cicd/run/build_memory.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

std::optional<memory::last_success> build_memory::last(std::string_view step) const {
  auto success = remembered_.last(step);
  if (!success) return std::nullopt;
  return last_success{*std::move(success), intact_.contains(step)};
}

key_parts build_memory::parts(std::string_view step) const {
  const std::string path = where_.memory(std::string(step), "parts");
  const auto text = read_file_if_there(path);
  if (!text || !*text) return {};
  key_parts parts = key_parts_from(**text);
  if (parts.empty()) (void)remove_tree(path);  // an earlier cicd kept values in it, secrets too
  return parts;
}

std::optional<step_result> build_memory::cached(const digest& key) const {
  const auto entry = cache_.find(key);
  if (!entry) return std::nullopt;
  return entry->result;
}

}  // namespace cicd
