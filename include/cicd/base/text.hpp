// Small pure helpers on text that every room needs: nearest words, joining, wildcards, safe display.
// Nothing here knows what the text means.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// The candidate nearest to `word` (Damerau–Levenshtein, case and `-`/`_` folded), or nothing when none is
/// near enough to be meant: at most one edit for each three characters, at least one.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

std::string joined(std::span<const std::string> parts, std::string_view separator);
/// Splits at each `separator`; an empty text gives no part.
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trimmed(std::string_view text);
std::string lower(std::string_view text);
std::string upper(std::string_view text);
std::string replaced_all(std::string text, std::string_view from, std::string_view to);

/// Where the name and password of the first `scheme://name:password@host/…` lie in `text`; empty without one.
std::string_view login_in(std::string_view text);
/// `text` with `***` for each of them, for people.
std::string shown_url(std::string_view text);

/// Any bytes in letters that every protocol takes (RFC 4648, section 4).
std::string base64(std::string_view bytes);
/// Those bytes, line breaks passed over; nothing where they are none.
std::optional<std::string> bytes_of_base64(std::string_view base64);

/// `text` as one word of a POSIX shell, quoted where it needs to be. For display and copying only.
std::string shell_quoted(std::string_view text);
std::string shell_quoted(std::span<const std::string> words);

/// `1.2 s`, `2m 05s`, `1h 02m`: how long, for a person.
std::string human_duration(std::chrono::milliseconds duration);
/// `1h19m`, `2d4h`, `40s`: how long something lasts or is still to wait, as a declaration writes it. What is
/// below a minute is there only where nothing else is.
std::string span_text(std::chrono::milliseconds span);
/// `18.4 MB`: how much, in powers of 1,000, for a person.
std::string human_size(std::uint64_t bytes);

}  // namespace cicd
