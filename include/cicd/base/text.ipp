// Comparing, joining and cutting text; quoting for a shell; amounts and lengths of time in a person's words.
// What needs Unicode is in unicode.ipp, patterns are in glob.ipp, times of day in utc.ipp.
#pragma once

#include <cicd/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cicd {

namespace base_text {
namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string folded(std::string_view word) {
  std::string text = lower(word);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

/// Edits from `a` to `b`: insert, delete, replace, swap two neighbours (optimal string alignment). Three rows
/// suffice.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

bool is_plain_in_shell(std::string_view text) {
  constexpr std::string_view plain = "%+,-./:=@_";
  return !text.empty() && text.front() != '=' && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || plain.find(c) != plain.npos;
  });
}

}  // namespace
}  // namespace base_text

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  const std::string wanted = base_text::folded(word);
  std::size_t least = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(candidate.size(), wanted.size());
    const std::size_t shorter = std::min(candidate.size(), wanted.size());
    if (longer - shorter >= least) continue;
    const std::size_t edits = base_text::distance(wanted, base_text::folded(candidate));
    if (edits >= least || edits >= longer) continue;
    least = edits;
    found = candidate;
  }
  return found;
}

std::string joined(std::span<const std::string> parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != parts.data()) text.append(separator);
    text.append(part);
  }
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
    if (text.empty()) parts.emplace_back();
  }
  return parts;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string lower(std::string_view text) {
  std::string other(text);
  std::transform(other.begin(), other.end(), other.begin(), base_text::to_lower);
  return other;
}

std::string upper(std::string_view text) {
  std::string other(text);
  std::transform(other.begin(), other.end(), other.begin(), base_text::to_upper);
  return other;
}

std::string replaced_all(std::string text, std::string_view from, std::string_view to) {
  if (from.empty()) return text;
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string_view login_in(std::string_view text) {
  for (auto scheme = text.find("://"); scheme != text.npos; scheme = text.find("://")) {
    text.remove_prefix(scheme + 3);
    const auto at = text.substr(0, text.find_first_of("/ \t\r\n\"'")).rfind('@');
    if (at != text.npos) return text.substr(0, at);
  }
  return {};
}

std::string shown_url(std::string_view text) {
  std::string shown;
  for (std::string_view login = login_in(text); !login.empty(); login = login_in(text)) {
    shown.append(text.substr(0, static_cast<std::size_t>(login.data() - text.data()))).append("***");
    text.remove_prefix(static_cast<std::size_t>(login.data() - text.data()) + login.size());
  }
  return shown.append(text);
}

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = (group << 8) | (i < have ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text += i <= have ? base_text::base64_digits[(group >> (18 - 6 * i)) & 63] : '=';
  }
  return text;
}

std::optional<std::string> bytes_of_base64(std::string_view base64) {
  std::string bytes, digits;
  for (char c : base64)
    if (c != '\n' && c != '\r') digits += c;
  if (digits.size() % 4 != 0) return {};
  while (digits.ends_with('=') && digits.size() % 4 != 2) digits.pop_back();
  unsigned held = 0, bits = 0;
  for (char c : digits) {
    const auto value = base_text::base64_digits.find(c);
    if (value == base_text::base64_digits.npos) return {};
    held = (held << 6U) | static_cast<unsigned>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((held >> bits) & 0xffU);
  }
  return bytes;
}

std::string shell_quoted(std::string_view text) {
  if (base_text::is_plain_in_shell(text)) return std::string(text);
  std::string quoted = "'";
  quoted += replaced_all(std::string(text), "'", "'\\''");
  quoted += '\'';
  return quoted;
}

std::string shell_quoted(std::span<const std::string> words) {
  std::vector<std::string> quoted;
  quoted.reserve(words.size());
  for (const std::string& word : words) quoted.push_back(shell_quoted(word));
  return joined(quoted, " ");
}

std::string human_duration(std::chrono::milliseconds duration) {
  const auto all = std::max<std::int64_t>(0, duration.count());
  if (all < 1000) return fmt::format("{} ms", all);
  if (all < 60'000) return fmt::format("{}.{} s", all / 1000, all % 1000 / 100);
  if (all < 3'600'000) return fmt::format("{}m {:02}s", all / 60'000, all % 60'000 / 1000);
  return fmt::format("{}h {:02}m", all / 3'600'000, all % 3'600'000 / 60'000);
}

std::string span_text(std::chrono::milliseconds span) {
  if (span.count() % 1000 != 0 && span.count() < 1000) return fmt::format("{}ms", span.count());
  const std::int64_t all = span.count() / 1000;
  if (all < 60) return fmt::format("{}s", all);
  std::string text;
  if (all >= 86'400) text += fmt::format("{}d", all / 86'400);
  if (all / 3600 % 24 > 0) text += fmt::format("{}h", all / 3600 % 24);
  if (all / 60 % 60 > 0) text += fmt::format("{}m", all / 60 % 60);
  return text;
}

std::string human_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 6> units{"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; amount >= 999.95; ++unit) amount /= 1000;
  return fmt::format("{:.1f} {}", amount, units[unit]);
}

}  // namespace cicd
