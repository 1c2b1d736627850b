// A tokenizer of XML.
#pragma once

#include <cicd/base/xml_tags.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include <cicd/base/text.hpp>

namespace cicd {

namespace base_xml_tags {
namespace {

constexpr std::string_view data_begin = "<![CDATA[";
/// What begins like a tag and is none, with how it ends.
constexpr std::pair<std::string_view, std::string_view> no_tags[] = {
    {"<!--", "-->"}, {data_begin, "]]>"}, {"<?", "?>"}, {"<!", ">"}};

/// Where a tag ends, quoted values minded; npos where it does not.
std::size_t end_of_tag(std::string_view text) {
  char quote = 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (quote == 0 && text[at] == '>') return at;
    if (quote != 0 ? text[at] == quote : text[at] == '"' || text[at] == '\'')
      quote = quote == 0 ? text[at] : '\0';
  }
  return std::string_view::npos;
}

void take_attributes(std::string_view inner, xml_tag& to) {
  while (true) {
    const std::size_t equals = inner.find('=');
    if (equals == inner.npos) return;
    const std::size_t open = inner.find_first_of("\"'", equals);
    if (open == inner.npos) return;
    const std::size_t close = inner.find(inner[open], open + 1);
    if (close == inner.npos) return;
    to.attributes.emplace(trimmed(inner.substr(0, equals)),
                          xml_text(inner.substr(open + 1, close - open - 1)));
    inner.remove_prefix(close + 1);
  }
}

}  // namespace
}  // namespace base_xml_tags

std::optional<char> xml_character(std::string_view entity) {
  constexpr std::pair<std::string_view, char> known[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [name, c] : known)
    if (entity == name) return c;
  if (!entity.starts_with('#')) return std::nullopt;
  const bool is_hex = entity.starts_with("#x");
  const std::string_view digits = entity.substr(is_hex ? 2 : 1);
  int number = 0;
  const auto [end, problem] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, is_hex ? 16 : 10);
  if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (number == '\n' || number == '\r' || number == '\t') return ' ';
  return number >= 0x20 && number < 0x7f ? std::optional(static_cast<char>(number)) : std::nullopt;
}

std::string xml_text(std::string_view text) {
  std::string made;
  while (true) {
    const std::size_t at = text.find('&'), end = at == text.npos ? at : text.find(';', at);
    if (end == text.npos) return made.append(text);
    made += text.substr(0, at);
    if (const auto c = xml_character(text.substr(at + 1, end - at - 1)))
      made += *c;
    else
      made += text.substr(at, end + 1 - at);
    text.remove_prefix(end + 1);
  }
}

std::string xml_tag::at(std::string_view attribute) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? std::string() : found->second;
}

std::optional<xml_tag> xml_tags::next() {
  using namespace base_xml_tags;
  xml_tag made;
  while (true) {
    const std::size_t open = rest_.find('<');
    if (open == rest_.npos) return std::nullopt;
    made.text += xml_text(rest_.substr(0, open));
    rest_.remove_prefix(open);
    const auto other =
        std::ranges::find_if(no_tags, [&](const auto& each) { return rest_.starts_with(each.first); });
    if (other == std::end(no_tags)) break;
    const auto& [begin, end] = *other;
    const std::size_t at = rest_.find(end, begin.size());
    if (at == rest_.npos) return std::nullopt;
    if (begin == data_begin) made.text += rest_.substr(begin.size(), at - begin.size());
    rest_.remove_prefix(at + end.size());
  }
  const std::size_t end = end_of_tag(rest_);
  if (end == rest_.npos) return std::nullopt;
  made.text = std::string(trimmed(made.text));
  made.closes = rest_.starts_with("</");
  std::string_view inner = rest_.substr(made.closes ? 2 : 1, end - (made.closes ? 2 : 1));
  if (inner.ends_with('/')) made.is_empty = true, inner.remove_suffix(1);
  made.name = inner.substr(0, inner.find_first_of(" \t\r\n"));
  take_attributes(inner.substr(made.name.size()), made);
  rest_.remove_prefix(end + 1);
  return made;
}

}  // namespace cicd
