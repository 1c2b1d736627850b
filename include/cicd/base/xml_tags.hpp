// The tags of an XML text one after the other. It builds no tree, knows no entities of a document, and passes
// over what is no tag.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cicd {

/// What `apos`, `#39` and the like stand for: the five entities that XML itself has, and characters of ASCII
/// by their number, ends of lines and tabs as blanks. Nothing for others.
std::optional<char> xml_character(std::string_view entity);
/// A text with `&apos;` and the like replaced; others stay as they are.
std::string xml_text(std::string_view text);

struct xml_tag {
  std::string_view name;
  bool closes = false;    ///< `</name>`
  bool is_empty = false;  ///< `<name/>`
  std::map<std::string, std::string, std::less<>> attributes;
  std::string text;  ///< what stands between the tag before and this one, without comments

  /// Empty where it has none of that name.
  std::string at(std::string_view attribute) const;
};

class xml_tags {
 public:
  explicit xml_tags(std::string_view text) : rest_(text) {}
  /// The next one; nothing at the end, or where the text ends within a tag.
  std::optional<xml_tag> next();

 private:
  std::string_view rest_;
};

}  // namespace cicd
