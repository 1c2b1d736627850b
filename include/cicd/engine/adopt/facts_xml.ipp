// XML of people (pom.xml): elements and their text, with lines, which Boost's reader does not tell.
// Attributes have no key. A document type is passed over whole, so that no entity is ever defined or fetched.
#pragma once

#include <cicd/engine/adopt/facts.hpp>

#include <algorithm>
#include <optional>

#include <cicd/base/text.hpp>
#include <cicd/base/xml_tags.hpp>

namespace cicd::source_files {

namespace engine_adopt_facts_xml {
namespace {

constexpr std::size_t deepest = 64;

class reader {
 public:
  reader(std::string_view text, file_facts& to) : text_(text), to_(to) {}

  void read() {
    while (at_ < text_.size() && !failed_) {
      if (text_[at_] != '<')
        characters(text_.substr(at_, std::min(text_.find('<', at_), text_.size()) - at_));
      else
        markup();
    }
    if (!failed_ && !open_.empty()) fail("the element " + open_.back().name + " is not closed");
  }

 private:
  struct element {
    std::string name, text{};
    int line = 0;
    bool has_children = false, is_unclear = false;
  };

  void fail(std::string what) {
    to_.skip(line_, "this is not XML: " + std::move(what));
    failed_ = true;
  }

  /// Goes over that many bytes and counts their lines.
  std::string_view pass(std::size_t count) {
    const std::string_view passed = text_.substr(at_, count);
    line_ += static_cast<int>(std::ranges::count(passed, '\n'));
    at_ += passed.size();
    return passed;
  }
  bool pass_until(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    if (found == text_.npos) return fail(std::string(end) + " is missing"), false;
    pass(found + end.size() - at_);
    return true;
  }

  void characters(std::string_view part) {
    if (open_.empty()) return void(pass(part.size()));
    for (std::size_t at = 0; at < part.size(); ++at) {
      if (part[at] != '&') {
        open_.back().text += part[at];
        continue;
      }
      const std::size_t end = part.find(';', at);
      const auto c = end == part.npos ? std::nullopt : xml_character(part.substr(at + 1, end - at - 1));
      if (c) open_.back().text += *c;
      if (!c) open_.back().is_unclear = true;
      if (end == part.npos) break;
      at = end;
    }
    pass(part.size());
  }

  void markup() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!--")) return void(pass_until("-->"));
    if (rest.starts_with("<?")) return void(pass_until("?>"));
    if (rest.starts_with("<![CDATA[")) return character_data();
    if (rest.starts_with("<!")) return document_type();
    if (rest.starts_with("</")) return close();
    open();
  }

  void character_data() {
    const std::size_t start = at_ + 9, end = text_.find("]]>", start);
    if (end == text_.npos) return fail("]]> is missing");
    if (!open_.empty()) open_.back().text += text_.substr(start, end - start);
    pass(end + 3 - at_);
  }

  /// `<!DOCTYPE a [ … ]>`, which is not read.
  void document_type() {
    to_.skip(line_, "a document type is not read, nor are the entities that it defines");
    std::size_t brackets = 0, at = at_;
    for (; at < text_.size() && (text_[at] != '>' || brackets > 0); ++at) {
      if (text_[at] == '[') ++brackets;
      if (text_[at] == ']' && brackets > 0) --brackets;
    }
    pass(at + 1 - at_);
  }

  /// The end of the tag that begins here, quoted values minded.
  std::size_t end_of_tag() const {
    char quote = 0;
    for (std::size_t at = at_; at < text_.size(); ++at) {
      const char c = text_[at];
      if (quote == 0 && c == '>') return at;
      if (quote == 0 && (c == '"' || c == '\''))
        quote = c;
      else if (c == quote)
        quote = 0;
    }
    return text_.npos;
  }

  void open() {
    const std::size_t end = end_of_tag();
    if (end == text_.npos) return fail("a tag is not closed");
    if (open_.size() >= deepest) return fail("more than 64 elements within each other");
    const std::string_view tag = text_.substr(at_ + 1, end - at_ - 1);
    const std::string name(tag.substr(0, tag.find_first_of(" \t\r\n/")));
    if (name.empty()) return fail("an element without a name");
    if (!open_.empty()) open_.back().has_children = true;
    open_.push_back({.name = name, .line = line_});
    pass(end + 1 - at_);
    if (tag.ends_with('/')) finish();
  }

  void close() {
    const std::size_t end = text_.find('>', at_);
    const std::string_view name =
        end == text_.npos ? std::string_view() : trimmed(text_.substr(at_ + 2, end - at_ - 2));
    if (open_.empty() || open_.back().name != name)
      return fail("an end tag that closes no element: " + std::string(name.substr(0, 40)));
    pass(end + 1 - at_);
    finish();
  }

  void finish() {
    std::string key;
    for (const element& each : open_) key += (key.empty() ? "" : ".") + each.name;
    const element& last = open_.back();
    if (!last.has_children && last.is_unclear)
      to_.skip(last.line, key + " holds an entity that XML itself does not have");
    else if (!last.has_children)
      to_.add(std::move(key), std::string(trimmed(last.text)), last.line);
    open_.pop_back();
  }

  std::string_view text_;
  file_facts& to_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool failed_ = false;
  std::vector<element> open_;
};

}  // namespace
}  // namespace engine_adopt_facts_xml

void read_xml(std::string_view text, file_facts& to) {
  engine_adopt_facts_xml::reader(text, to).read();
}

}  // namespace cicd::source_files
