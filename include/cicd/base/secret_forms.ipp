// The encoders, each as the programs of its field write it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <set>

#include <fmt/format.h>

#include <cicd/base/secret_forms.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd {

namespace base_secret_forms {
namespace {

constexpr std::string_view lower_digits = "0123456789abcdef", upper_digits = "0123456789ABCDEF";

std::string hex_of(std::string_view bytes, std::string_view digits) {
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4U];
    text += digits[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string url_encoded(std::string_view bytes,
                        std::string_view kept,
                        std::string_view digits,
                        std::string_view space) {
  std::string text;
  for (const char c : bytes) {
    if (is_alnum(c) || kept.find(c) != kept.npos)
      text += c;
    else if (c == ' ')
      text += space;
    else
      text += "%" + hex_of({&c, 1}, digits);
  }
  return text;
}

std::string json_unit(char32_t unit, std::string_view digits) {
  const char bytes[2] = {static_cast<char>(unit >> 8U), static_cast<char>(unit & 0xffU)};
  return "\\u" + hex_of({bytes, 2}, digits);
}

/// What escapers of JSON differ in.
struct json_style {
  bool slashes = false;  ///< `\/`
  bool ascii = false;    ///< all else as \u
  bool html = false;     ///< `<`, `>`, `&` as \u
  std::string_view digits = lower_digits;
};

std::string json_escaped(std::string_view bytes, const json_style& how) {
  static constexpr std::string_view plain = "\b\f\n\r\t\"\\", letters = "bfnrt\"\\";
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const char c = bytes[at];
    const auto [point, count] = front_of(bytes.substr(at));
    const bool is_escaped = how.ascii && point > 0x7f && point != code_point::invalid;
    if (const auto known = plain.find(c); known != plain.npos)
      text += {'\\', letters[known]};
    else if (c == '/' && how.slashes)
      text += "\\/";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f
             || (how.html && (c == '<' || c == '>' || c == '&')))
      text += json_unit(static_cast<unsigned char>(c), how.digits);
    else if (is_escaped && point > 0xffff)
      text += json_unit(0xd800 + ((point - 0x10000) >> 10U), how.digits)
              + json_unit(0xdc00 + ((point - 0x10000) & 0x3ffU), how.digits);
    else if (is_escaped)
      text += json_unit(point, how.digits);
    else
      text += bytes.substr(at, count);
    at += count;
  }
  return text;
}

/// How XML and HTML write a character that is not ASCII.
enum class references { none, decimal, hex, upper_hex };

std::string with_references(std::string_view bytes, references how) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto [point, count] = front_of(bytes.substr(at));
    const auto number = static_cast<std::uint32_t>(point);
    if (point <= 0x7f || point == code_point::invalid || how == references::none)
      text += bytes.substr(at, count);
    else if (how == references::decimal)
      text += fmt::format("&#{};", number);
    else
      text += how == references::hex ? fmt::format("&#x{:x};", number) : fmt::format("&#x{:X};", number);
    at += count;
  }
  return text;
}

std::string xml_escaped(std::string_view bytes,
                        std::string_view apostrophe,
                        std::string_view quote,
                        references how) {
  std::string text = with_references(replaced_all(std::string(bytes), "&", "&amp;"), how);
  text = replaced_all(replaced_all(std::move(text), "<", "&lt;"), ">", "&gt;");
  return replaced_all(replaced_all(std::move(text), "\"", quote), "'", apostrophe);
}

/// A backslash before each character that `kept` does not have.
std::string backslashed(std::string_view bytes, std::string_view kept, std::string_view only) {
  std::string text;
  for (const char c : bytes) {
    const bool plain = only.empty()
                           ? is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 || kept.find(c) != kept.npos
                           : only.find(c) == only.npos;
    if (!plain) text += '\\';
    text += c;
  }
  return text;
}

/// `$'…'` of bash and its printf %q, without the quotes.
std::string ansi_c_quoted(std::string_view bytes) {
  static constexpr std::string_view plain = "\a\b\f\n\r\t\v\\'\033", letters = "abfnrtv\\'E";
  std::string text;
  for (const char c : bytes) {
    const auto known = plain.find(c);
    if (known == plain.npos)
      text += c;
    else
      text += {'\\', letters[known]};
  }
  return text;
}

/// As Python's repr() and ascii(), and YAML in double quotes: \xe0, \u20ac, \U0001f600.
std::string unicode_escaped(std::string_view bytes, bool upper_case) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto [point, count] = front_of(bytes.substr(at));
    const auto number = static_cast<std::uint32_t>(point);
    const std::string digits = upper_case ? fmt::format("{:08X}", number) : fmt::format("{:08x}", number);
    if (point <= 0x7f || point == code_point::invalid)
      text += ansi_c_quoted(bytes.substr(at, count));
    else if (number < 0x100)
      text += "\\x" + digits.substr(6);
    else
      text += number < 0x10000 ? "\\u" + digits.substr(4) : "\\U" + digits;
    at += count;
  }
  return text;
}

std::string url_safe(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

/// Lines of that many digits, as `base64` and openssl print them.
void add_lines(const std::string& digits, std::size_t width, std::set<std::string>& to) {
  for (std::size_t at = 0; digits.size() > width && at < digits.size(); at += width)
    if (std::string line = digits.substr(at, width); line.size() >= least_secret_line) to.insert(line);
}

/// The digits of base64 that stand for `bytes` alone where `offset` bytes come before them.
std::string inner_base64(std::string_view bytes, std::size_t offset) {
  const std::string all = base64(std::string(offset, '\0').append(bytes));
  const std::size_t first = offset == 0 ? 0 : offset + 1, end = (offset + bytes.size()) * 8 / 6;
  return all.substr(first, end - first);
}

void add_base64(std::string_view bytes, std::set<std::string>& to) {
  const std::string whole = base64(bytes);
  for (const std::string& each :
       {whole, inner_base64(bytes, 0), inner_base64(bytes, 1), inner_base64(bytes, 2)}) {
    to.insert(each);
    to.insert(url_safe(each));
  }
  add_lines(whole, 64, to);
  add_lines(whole, 76, to);
}

void add_urls(std::string_view bytes, std::set<std::string>& to) {
  // RFC 3986, encodeURIComponent, forms, and Python's quote(), which keeps the slash.
  for (const std::string_view kept : {"-_.~", "-_.!~*'()", "-_.*", "-_.~/"})
    for (const std::string_view digits : {lower_digits, upper_digits})
      for (const std::string_view space : {"%20", "+"}) to.insert(url_encoded(bytes, kept, digits, space));
}

void add_json(std::string_view bytes, std::set<std::string>& to) {
  for (const bool slashes : {false, true})
    for (const bool ascii : {false, true})
      for (const bool html : {false, true})
        for (const std::string_view digits : {lower_digits, upper_digits})
          to.insert(json_escaped(bytes, {slashes, ascii, html, digits}));
}

void add_shell(std::string_view bytes, std::set<std::string>& to) {
  const std::string plain(bytes);
  to.insert(replaced_all(plain, "'", "'\\''"));
  to.insert(replaced_all(plain, "'", "'\"'\"'"));
  to.insert(replaced_all(plain, "'", "\\'"));
  to.insert(backslashed(bytes, {}, "\"$`\\"));
  to.insert(backslashed(bytes, "-_./:=@%+", {}));
  to.insert(backslashed(bytes, "-_./:=@%+,", {}));
  to.insert(ansi_c_quoted(bytes));
  for (const bool upper_case : {false, true}) {
    const std::string escaped = unicode_escaped(bytes, upper_case);
    to.insert(escaped);
    to.insert(replaced_all(escaped, "\\'", "'"));
    to.insert(replaced_all(replaced_all(escaped, "\\'", "'"), "\"", "\\\""));
  }
}

void add_forms(std::string_view bytes, std::set<std::string>& to) {
  to.insert(std::string(bytes));
  to.insert(hex_of(bytes, lower_digits));
  to.insert(hex_of(bytes, upper_digits));
  add_base64(bytes, to);
  add_urls(bytes, to);
  add_json(bytes, to);
  for (const std::string_view apostrophe : {"'", "&apos;", "&#39;", "&#x27;"})
    for (const std::string_view quote : {"\"", "&quot;", "&#34;"})
      for (const references how :
           {references::none, references::decimal, references::hex, references::upper_hex})
        to.insert(xml_escaped(bytes, apostrophe, quote, how));
  add_shell(bytes, to);
  for (const newlines ends : {newlines::show, newlines::keep}) to.insert(displayable(bytes, ends));
}

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace
}  // namespace base_secret_forms

std::string_view without_line_ends(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> texts_of(const secret_value& value) {
  using base_secret_forms::characters_of;
  const std::string whole(without_line_ends(value.revealed()));
  std::vector<std::string> texts{whole};
  const auto add = [&](std::string_view text, std::size_t least) {
    if (text != whole && characters_of(text) >= least) texts.emplace_back(text);
  };
  if (whole.find('\n') == whole.npos)
    add(trimmed(whole), least_secret);  // as a shell prints what is not quoted
  else
    for (const std::string& line : split(whole, '\n')) add(trimmed(line), least_secret_line);
  return texts;
}

std::size_t characters_in(const secret_value& value) {
  return base_secret_forms::characters_of(without_line_ends(value.revealed()));
}

std::vector<std::string> forms_of(const secret_value& value) {
  using namespace base_secret_forms;
  std::set<std::string> forms;
  for (const std::string& text : texts_of(value)) add_forms(text, forms);
  std::erase_if(forms, [](const std::string& form) { return form.size() < least_secret; });
  return {forms.begin(), forms.end()};
}

}  // namespace cicd
