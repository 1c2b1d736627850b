// UTF-8 for messages and terminals: what is invalid, what must be made visible, how wide it is.
// It knows no locale; widths are those of the Unicode blocks that terminals show double.
#pragma once

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cicd {

code_point front_of(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xc2 || lead > 0xf4) return {};
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t value = lead & (0xff >> (size + 1));
  for (std::size_t at = 1; at < size; ++at) {
    unsigned char least = 0x80, most = 0xbf;
    if (at == 1 && lead == 0xe0) least = 0xa0;
    if (at == 1 && lead == 0xed) most = 0x9f;
    if (at == 1 && lead == 0xf0) least = 0x90;
    if (at == 1 && lead == 0xf4) most = 0x8f;
    if (at >= text.size() || byte(at) < least || byte(at) > most) return {code_point::invalid, at};
    value = (value << 6) | (byte(at) & 0x3f);
  }
  return {value, size};
}

namespace base_unicode {
namespace {

struct range {
  char32_t first, last;
};

template <std::size_t N>
constexpr bool is_in(const std::array<range, N>& ranges, char32_t value) {
  for (const range& each : ranges)
    if (value >= each.first && value <= each.last) return true;
  return false;
}

/// What is one byte a character; most of any text.
std::string_view ascii_at_front(std::string_view text) {
  const auto end =
      std::find_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// Controls, and what hides or reorders text: zero width, bidirectional marks, overrides and isolates, line
/// separators, tags. The joiners U+200C and U+200D are part of ordinary words and stay.
constexpr std::array<range, 10> hidden{{{0x00, 0x1f},
                                        {0x7f, 0x9f},
                                        {0x061c, 0x061c},
                                        {0x200b, 0x200b},
                                        {0x200e, 0x200f},
                                        {0x2028, 0x202e},
                                        {0x2060, 0x2069},
                                        {0xfeff, 0xfeff},
                                        {0xfff9, 0xfffb},
                                        {0xe0000, 0xe007f}}};
/// What may stand before a command at a line's start and is not seen: what .NET's TrimStart takes for white
/// space, and what no terminal shows (Unicode, Default_Ignorable_Code_Point).
constexpr std::array<range, 26> blank{
    {{0x09, 0x09},     {0x0b, 0x0c},     {0x1c, 0x20},       {0x85, 0x85},       {0xa0, 0xa0},
     {0xad, 0xad},     {0x034f, 0x034f}, {0x061c, 0x061c},   {0x115f, 0x1160},   {0x1680, 0x1680},
     {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x2000, 0x200f},   {0x2028, 0x202f},   {0x205f, 0x206f},
     {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
     {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
     {0x00, 0x08}}};
/// East Asian Width W and F, and emoji (Unicode Standard Annex 11), by block.
constexpr std::array<range, 13> wide{{{0x1100, 0x115f},
                                      {0x231a, 0x231b},
                                      {0x23e9, 0x23ec},
                                      {0x2e80, 0x303e},
                                      {0x3041, 0xa4cf},
                                      {0xa960, 0xa97f},
                                      {0xac00, 0xd7a3},
                                      {0xf900, 0xfaff},
                                      {0xfe30, 0xfe6f},
                                      {0xff00, 0xff60},
                                      {0xffe0, 0xffe6},
                                      {0x1f300, 0x1faff},
                                      {0x20000, 0x3fffd}}};
/// Marks that join the character before them.
constexpr std::array<range, 6> joining{{{0x0300, 0x036f},
                                        {0x0483, 0x0489},
                                        {0x1ab0, 0x1aff},
                                        {0x1dc0, 0x1dff},
                                        {0x20d0, 0x20ff},
                                        {0xfe00, 0xfe0f}}};

std::size_t width_of(char32_t value) {
  if (value < 0x300) return value < 0x20 ? 0 : 1;
  if (is_in(joining, value) || (value >= 0x200b && value <= 0x200f)) return 0;
  return is_in(wide, value) ? 2 : 1;
}

/// The size of the escape sequence at the front (ECMA-48: CSI, OSC and its kin, or two bytes), 0 where there
/// is none.
std::size_t escape_size(std::string_view text) {
  if (text.size() < 2 || text[0] != '\x1b') return 0;
  if (text[1] == '[') {
    std::size_t at = 2;
    while (at < text.size() && text[at] >= 0x20 && text[at] < 0x40) ++at;
    return std::min(at + 1, text.size());
  }
  if (text[1] != ']' && text[1] != 'P' && text[1] != '_' && text[1] != '^') return 2;
  for (std::size_t at = 2; at < text.size(); ++at) {
    if (text[at] == '\a') return at + 1;
    if (text[at] == '\x1b') return std::min(at + 2, text.size());
  }
  return text.size();
}

/// One thing that a terminal shows, or an escape sequence, which takes no column.
struct glyph {
  std::size_t size = 0;
  std::size_t width = 0;
  bool escape = false;
};

glyph glyph_at_front(std::string_view text) {
  if (const std::size_t size = escape_size(text)) return {size, 0, true};
  const code_point point = front_of(text);
  return {point.size, width_of(point.value), false};
}

/// Whether `##name[` stands at the front.
bool is_command(std::string_view text) {
  if (!text.starts_with("##")) return false;
  std::size_t end = 2;
  while (end < text.size() && ((text[end] | 0x20) >= 'a' && (text[end] | 0x20) <= 'z')) ++end;
  return end < text.size() && text[end] == '[';
}

void append_visible(std::string& to, std::string_view bytes, const code_point& point) {
  if (point.value == code_point::invalid)
    for (const char byte : bytes)
      fmt::format_to(std::back_inserter(to), "\\x{:02x}", static_cast<unsigned char>(byte));
  else if (point.value == '\n')
    to.append("\\n");
  else if (point.value == '\r')
    to.append("\\r");
  else if (point.value < 0x100)
    fmt::format_to(std::back_inserter(to), "\\x{:02x}", static_cast<unsigned>(point.value));
  else if (point.value < 0x10000)
    fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned>(point.value));
  else
    fmt::format_to(std::back_inserter(to), "\\U{:08x}", static_cast<unsigned>(point.value));
}

}  // namespace
}  // namespace base_unicode

std::string displayable(std::string_view text, newlines ends) {
  using namespace base_unicode;
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const code_point point = front_of(text);
    const std::string_view bytes = text.substr(0, point.size);
    const bool stays = point.value == '\t' || (point.value == '\n' && ends == newlines::keep);
    if (stays || (point.value != code_point::invalid && !is_in(hidden, point.value)))
      shown.append(bytes);
    else
      append_visible(shown, bytes, point);
    text.remove_prefix(point.size);
  }
  return shown;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const std::string_view plain = base_unicode::ascii_at_front(text);
    valid.append(plain);
    text.remove_prefix(plain.size());
    if (text.empty()) break;
    const code_point point = front_of(text);
    valid.append(point.value == code_point::invalid ? "\xef\xbf\xbd" : text.substr(0, point.size));
    text.remove_prefix(point.size);
  }
  return valid;
}

std::string without_commands(std::string_view text) {
  using namespace base_unicode;
  std::string safe;
  safe.reserve(text.size());
  for (bool at_start = true; !text.empty();) {
    if (at_start && text.starts_with("::")) {
      safe.append(": :");
      text.remove_prefix(2);
    } else if (is_command(text)) {
      safe.append("# ");
      text.remove_prefix(1);
    }
    const std::size_t escape = escape_size(text);
    const code_point point = text.empty() ? code_point{} : front_of(text);
    const std::string_view next = text.substr(0, std::max(escape, text.empty() ? 0 : point.size));
    at_start = text.starts_with('\n') || text.starts_with('\r')
               || (at_start && (escape != 0 || is_in(blank, point.value)));
    safe.append(next);
    text.remove_prefix(next.size());
  }
  return safe;
}

std::size_t columns(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const base_unicode::glyph glyph = base_unicode::glyph_at_front(text);
    width += glyph.width;
    text.remove_prefix(glyph.size);
  }
  return width;
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::string kept;
  bool cut = false;
  for (std::size_t used = 0; !text.empty();) {
    const base_unicode::glyph glyph = base_unicode::glyph_at_front(text);
    const bool fits = !cut && used + glyph.width < width;
    if (!fits && !cut && width > 0) kept.append("…");
    cut = !fits;
    if (fits || glyph.escape) kept.append(text.substr(0, glyph.size));
    used += glyph.width;
    text.remove_prefix(glyph.size);
  }
  return kept;
}

}  // namespace cicd
