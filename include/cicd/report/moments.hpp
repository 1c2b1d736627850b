// Points of time for a reader: how long ago or ahead, or exactly. It does not know what happened then.
#pragma once

#include <chrono>
#include <string>

namespace cicd {

/// `just now`, `5 min ago`, `3 h ago`, `2 days ago`, `in 2 days`: in the largest unit that fits, rounded
/// down.
std::string relative_text(std::chrono::system_clock::time_point when,
                          std::chrono::system_clock::time_point now);

/// How the times of one page are written.
struct moment_words {
  std::chrono::system_clock::time_point now{};
  bool is_exact = false;  ///< `2026-11-21T03:18:00Z` in place of `2 days ago`

  std::string text(std::chrono::system_clock::time_point when) const;
};

/// `Jane Doe` of `Jane Doe <jane@example.com>`; a text without a name stays as it is.
std::string short_name(const std::string& who);

}  // namespace cicd
