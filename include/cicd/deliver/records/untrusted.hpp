// What is said below a stored document that cannot be trusted: why, and what helps. A document of a newer
// cicd is whole, so that nothing older is put in its place. It does not know what the documents hold.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/error.hpp>

namespace cicd {

inline constexpr const char* written_by_newer = "written by a newer cicd";

/// Why a document of this schema is not read.
inline std::string newer_schema(std::int64_t schema, std::int64_t known) {
  return fmt::format("its schema is {}, {}; this one knows {}", schema, written_by_newer, known);
}

inline std::vector<note> notes_of_untrusted(std::string why) {
  const bool is_newer = why.find(written_by_newer) != why.npos;
  std::vector<note> notes{{"caused by", std::move(why)}};
  if (is_newer) notes.push_back({"try", "update cicd, at least to the version that wrote it"});
  return notes;
}

/// The command that puts something older in its place, unless the error says already what helps.
inline error with_repair(error of, std::string command) {
  if (std::ranges::find(of.notes, "try", &note::label) != of.notes.end()) return of;
  return std::move(of).with("try", std::move(command));
}

}  // namespace cicd
