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

/// `text` for a terminal or a message: control characters, terminal escapes, invalid UTF-8 and bidirectional
/// overrides become visible (`\x1b`, `\u202e`); a tab and, where `keep_newlines`, a line's end stay.
enum class newlines { keep, show };
std::string displayable(std::string_view text, newlines ends = newlines::show);
/// `text` with every invalid UTF-8 sequence replaced by U+FFFD.
std::string valid_utf8(std::string_view text);
/// Terminal columns that `text` takes: code points, wide East Asian ones counted twice, escape sequences not.
std::size_t columns(std::string_view text);
/// At most `width` columns of `text`, with `…` at the end where something was cut.
std::string cut_to(std::string_view text, std::size_t width);

/// `text` without what a CI system would take for a command: `::name` at a line's start, whatever blanks or
/// invisible characters stand before it, and `##name[` anywhere (GitHub, Azure, TeamCity). A space in the
/// sign keeps it readable.
std::string without_commands(std::string_view text);

/// Where the name and password of the first `scheme://name:password@host/…` lie in `text`; empty without one.
std::string_view login_in(std::string_view text);
/// `text` with `***` for each of them, for people.
std::string shown_url(std::string_view text);

/// `text` as one word of a POSIX shell, quoted where it needs to be. For display and copying only.
std::string shell_quoted(std::string_view text);
std::string shell_quoted(std::span<const std::string> words);

/// Whether `path` (relative, `/` between parts) matches `pattern`: `*` and `?` stay within one part,
/// `**` spans parts, `[a-c]` and `[!a]` are classes, `\` quotes. A pattern that ends in `/` means all below
/// it.
bool glob_matches(std::string_view pattern, std::string_view path);
/// The part of `pattern` before its first wildcard, up to a `/`: where a walk may start.
std::string glob_root(std::string_view pattern);
/// Whether `name` (a branch or tag) matches `pattern`, in which `*` also spans `/`.
bool ref_matches(std::string_view pattern, std::string_view name);

/// `1.2 s`, `2m 05s`, `1h 02m`: how long, for a person.
std::string human_duration(std::chrono::milliseconds duration);
/// `18.4 MB`: how much, in powers of 1,000, for a person.
std::string human_size(std::uint64_t bytes);
/// `2026-11-21T03:18:00Z`; milliseconds are kept only in the long form `…00.123Z`.
std::string utc_text(std::chrono::system_clock::time_point when);
std::string utc_text_with_milliseconds(std::chrono::system_clock::time_point when);
std::optional<std::chrono::system_clock::time_point> utc_from(std::string_view text);

}  // namespace cicd
