// Points of time as text. What time it is they do not know.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cicd {

/// `2026-11-21T03:18:00Z`; milliseconds are kept only in the long form `…00.123Z`.
std::string utc_text(std::chrono::system_clock::time_point when);
std::string utc_text_with_milliseconds(std::chrono::system_clock::time_point when);
std::optional<std::chrono::system_clock::time_point> utc_from(std::string_view text);

}  // namespace cicd
