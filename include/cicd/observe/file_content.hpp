// The digest of one file or link, read once. It does not decide whether what it read can be believed: the
// stamps do.
#pragma once

#include <optional>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/observe/file_stamps.hpp>

namespace cicd::observing {

/// What was read, and the stamp of what it was read from, taken afterwards.
struct seen_content {
  digest content;
  stamp after;
};

using maybe_seen = std::optional<seen_content>;

/// Reads `name` in the open folder. Nothing when what is there is no longer of that stamp's kind.
result<maybe_seen> content_at(int folder, const char* name, const stamp& expected);

}  // namespace cicd::observing
