// A tokenizer of XML.
#pragma once

#include <cicd/report/scan/xml_tags.hpp>

#include <charconv>
#include <utility>

#include <cicd/base/text.hpp>

namespace cicd {

namespace report_scan_xml_tags {
namespace {

/// `&apos;` and `&#39;` as what they stand for; a character above ASCII by its number stays as it is.
std::string plain(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const std::size_t at = text.find('&'), end = text.find(';', at == text.npos ? 0 : at);
    if (at == text.npos || end == text.npos) break;
    made += text.substr(0, at);
    const std::string_view name = text.substr(at + 1, end - at - 1);
    unsigned number = 0;
    const bool is_hex = name.starts_with("#x");
    if (name.starts_with('#'))
      std::from_chars(name.data() + (is_hex ? 2 : 1), name.data() + name.size(), number, is_hex ? 16 : 10);
    constexpr std::pair<std::string_view, char> known[] = {
        {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"apos", '\''}, {"quot", '"'}};
    std::string stands_for(text.substr(at, end - at + 1));
    for (const auto& [word, c] : known)
      if (word == name) stands_for = c;
    if (number >= 0x20 && number < 0x7f) stands_for = static_cast<char>(number);
    if (number == '\n' || number == '\t') stands_for = ' ';
    made += stands_for;
    text.remove_prefix(end + 1);
  }
  return made.append(text);
}

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
    to.attributes.emplace(trimmed(inner.substr(0, equals)), plain(inner.substr(open + 1, close - open - 1)));
    inner.remove_prefix(close + 1);
  }
}

}  // namespace
}  // namespace report_scan_xml_tags

std::string xml_tag::at(std::string_view attribute) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? std::string() : found->second;
}

std::optional<xml_tag> xml_tags::next() {
  using namespace report_scan_xml_tags;
  while (true) {
    const std::size_t open = rest_.find('<');
    if (open == rest_.npos) return std::nullopt;
    rest_.remove_prefix(open);
    for (const auto& [begin, end] : {std::pair<std::string_view, std::string_view>{"<!--", "-->"},
                                     {"<![CDATA[", "]]>"},
                                     {"<?", "?>"},
                                     {"<!", ">"}})
      if (rest_.starts_with(begin)) {
        const std::size_t at = rest_.find(end);
        if (at == rest_.npos) return std::nullopt;
        rest_.remove_prefix(at + end.size());
        break;
      }
    if (!rest_.starts_with('<')) continue;
    const std::size_t end = end_of_tag(rest_);
    if (end == rest_.npos) return std::nullopt;
    xml_tag made;
    made.closes = rest_.starts_with("</");
    std::string_view inner = rest_.substr(made.closes ? 2 : 1, end - (made.closes ? 2 : 1));
    if (inner.ends_with('/')) made.is_empty = true, inner.remove_suffix(1);
    made.name = inner.substr(0, inner.find_first_of(" \t\r\n"));
    take_attributes(inner.substr(made.name.size()), made);
    rest_.remove_prefix(end + 1);
    made.text = plain(trimmed(rest_.substr(0, rest_.find('<'))));
    return made;
  }
}

}  // namespace cicd
