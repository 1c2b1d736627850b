// Finds the call that the text is about, and opens the build tree again with lines.
#pragma once

#include <algorithm>

#include <cicd/engine/declared_lines.hpp>

namespace cicd {

namespace engine_declared_lines {
namespace {

/// The text of the same call with its line; the same text where it is of no call.
std::string placed(const std::string& text, const session& in) {
  for (const declared_pipeline& each : in.model.pipelines)
    for (const auto& [key, where] : each.origins) {
      if (!where.lines.empty() || where.text(each.source_directory) != text) continue;
      const or_errors<session> again = open_session(
          {.build_root = in.where.build_root, .config = in.config, .with_lines = true}, in.around);
      const declared_pipeline* same = again ? again->model.find(each.declared.name.view()) : nullptr;
      if (same == nullptr) return text;
      const auto found = same->origins.find(key);
      return found == same->origins.end() ? text : found->second.text(each.source_directory);
    }
  return text;
}

}  // namespace
}  // namespace engine_declared_lines

error with_declared_lines(error of, const session& in) {
  for (note& each : of.notes)
    if (each.label == "declared at" && each.text.find(" call of ") != std::string::npos)
      each.text = engine_declared_lines::placed(each.text, in);
  return of;
}

}  // namespace cicd
