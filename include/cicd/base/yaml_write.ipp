// JSON values as YAML in block style, straight into one buffer. Every text that YAML 1.1 or 1.2 could read as
// something else is quoted; when in doubt it is quoted too. Specification: YAML 1.2.2, chapters 5
// (characters), 7.3 (scalars); YAML 1.1 types.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/yaml.hpp>

namespace cicd {
namespace base_yaml_write {

/// What a character is to a plain (unquoted) text: `first` may begin one, `inside` may follow.
enum class plain : std::uint8_t { no, inside, first };

consteval std::array<plain, 256> plain_table() {
  std::array<plain, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = plain::first;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = plain::first;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = plain::inside;
  for (char c : std::string_view("-_./:@+$(){}%;")) table[static_cast<std::size_t>(c)] = plain::inside;
  table['/'] = plain::first;
  return table;
}
inline constexpr std::array<plain, 256> table = plain_table();

/// Words that YAML 1.1 or 1.2 reads as a boolean or as null.
inline bool is_reserved(std::string_view text) {
  constexpr std::array<std::string_view, 9> words{"y",   "n",    "on",   "no",   "yes",
                                                  "off", "true", "null", "false"};
  const auto folded = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::any_of(
      words, [&](std::string_view word) { return std::ranges::equal(text, word, {}, folded); });
}

/// Whether the bare text is read back as this text. Digits, signs and dots never begin one, so that no
/// number, date or `~` can.
inline bool is_plain(std::string_view text) {
  if (text.empty() || table[static_cast<unsigned char>(text.front())] != plain::first) return false;
  for (char c : text)
    if (table[static_cast<unsigned char>(c)] == plain::no) return false;
  return text.back() != ':' && !is_reserved(text);
}

/// Whether a code point stands for itself in a double-quoted text: printable, and no mark that turns the
/// direction of text.
inline bool is_shown(char32_t c) {
  if (c < 0xa0) return c >= 0x20 && c < 0x7f;
  const bool invisible =
      (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f);
  return !invisible && c != 0xfeff && (c & 0xfffe) != 0xfffe;
}

inline void append_escaped(std::string& to, char32_t c) {
  switch (c) {
    case '"': to += "\\\""; return;
    case '\\': to += "\\\\"; return;
    case '\n': to += "\\n"; return;
    case '\t': to += "\\t"; return;
    case '\r': to += "\\r"; return;
    default: break;
  }
  const auto number = static_cast<std::uint32_t>(c);
  if (number <= 0xff)
    fmt::format_to(std::back_inserter(to), "\\x{:02x}", number);
  else if (number <= 0xffff)
    fmt::format_to(std::back_inserter(to), "\\u{:04x}", number);
  else
    fmt::format_to(std::back_inserter(to), "\\U{:08x}", number);
}

inline void append_quoted(std::string& to, std::string_view text) {
  const std::string valid = valid_utf8(text);
  to += '"';
  for (std::size_t at = 0; at < valid.size();) {
    const auto [point, size] = front_of(std::string_view(valid).substr(at));
    if (is_shown(point) && point != '"' && point != '\\')
      to.append(valid, at, size);
    else
      append_escaped(to, point);
    at += size;
  }
  to += '"';
}

inline void append_text(std::string& to, std::string_view text) {
  if (is_plain(text))
    to += text;
  else
    append_quoted(to, text);
}

/// YAML 1.1 asks for a dot in every floating-point number (`1e+20` is a text to it).
inline void append_number(std::string& to, double number) {
  if (std::isnan(number)) {
    to += ".nan";
    return;
  }
  if (std::isinf(number)) {
    to += number < 0 ? "-.inf" : ".inf";
    return;
  }
  std::string text = fmt::format("{}", number);
  if (text.find('.') == std::string::npos) text.insert(std::min(text.find('e'), text.size()), ".0");
  to += text;
}

inline bool is_nested(const json& value) {
  if (const auto* members = std::get_if<json::object>(&value.held())) return !members->empty();
  const auto* elements = std::get_if<json::array>(&value.held());
  return elements != nullptr && !elements->empty();
}

void append_block(std::string& to, const json& value, std::size_t indent);

/// Appends a value that takes no lines of its own.
struct inline_writer {
  std::string& to;

  void operator()(std::nullptr_t) const { to += "null"; }
  void operator()(bool value) const { to += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { fmt::format_to(std::back_inserter(to), "{}", value); }
  void operator()(double value) const { append_number(to, value); }
  void operator()(const std::string& value) const { append_text(to, value); }
  void operator()(const json::array&) const { to += "[]"; }
  void operator()(const json::object&) const { to += "{}"; }
};

/// The members, one a line; the first continues the line at hand.
inline void append_members(std::string& to, const json& value, std::size_t indent) {
  bool first = true;
  for (const auto& [key, member] : value.members()) {
    if (!first) to.append(indent, ' ');
    first = false;
    append_text(to, key);
    to += ':';
    if (!is_nested(member)) {
      to += ' ';
      std::visit(inline_writer{to}, member.held());
      to += '\n';
      continue;
    }
    to += '\n';
    const std::size_t inner = member.is_array() ? indent : indent + 2;
    to.append(inner, ' ');
    append_block(to, member, inner);
  }
}

inline void append_elements(std::string& to, const json& value, std::size_t indent) {
  bool first = true;
  for (const json& element : value.elements()) {
    if (!first) to.append(indent, ' ');
    first = false;
    to += "- ";
    append_block(to, element, indent + 2);
  }
}

/// `value`, whose first line begins where the buffer ends; the others are indented.
inline void append_block(std::string& to, const json& value, std::size_t indent) {
  if (!is_nested(value)) {
    std::visit(inline_writer{to}, value.held());
    to += '\n';
  } else if (value.is_object()) {
    append_members(to, value, indent);
  } else {
    append_elements(to, value, indent);
  }
}

}  // namespace base_yaml_write

std::string yaml_text(const json& value) {
  std::string text;
  text.reserve(4096);
  base_yaml_write::append_block(text, value, 0);
  return text;
}

}  // namespace cicd
